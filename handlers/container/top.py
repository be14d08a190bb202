"""`/top`: the processes of a container, as `ps` of its host sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.kinds import choice
from bot.command.spec import argument, command, flag, option, targets
from bot.errors import UsageError
from bot.hosts.types import Kind, Processes, Target
from bot.message import Code, Message, Untrusted, msg, plural
from bot.reply import Block, Button, Document, Excerpt, Reply, Table, Text
from handlers.formatted import ALL

# What `ps` calls a column, by what one sorts by; the first that is there counts.
_COLUMNS = {
    "cpu": ("%CPU", "C", "PCPU"),
    "mem": ("%MEM", "PMEM", "RSS", "VSZ"),
    "time": ("TIME", "TIME+"),
    "pid": ("PID",),
    "command": ("CMD", "COMMAND", "ARGS"),
}
_ALIKE = {"cpu": msg("By CPU"), "mem": msg("By memory"), "pid": msg("By id")}
_SHOWS_USE = "aux"  # `ps -ef`, which the Engine asks for by itself, tells no memory
_WHOLE = 4096  # characters of a cell in a file
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@command(
    "container top",
    shortcut="top",
    permission="container.top",
    act=msg("list the processes of {target}"),
    secret=True,
)
@option("--sort", type=choice(*_COLUMNS), help="Sort by cpu, mem, time, pid or command")
@flag("--no-trunc", help="Show every column in full, as a file")
@targets(Kind.CONTAINER, nargs=1)
@argument("ps_options", nargs=-1)
async def top(
    call: Call, container: Target, sort: str | None, ps_options: tuple[str, ...], *, no_trunc: bool
) -> Reply:
    """Display the running processes of a container.

    What stands behind its name are options of ps; my own stand before it.
    """
    asked = " ".join(ps_options) or (_SHOWS_USE if sort in {"cpu", "mem"} else None)
    cells = {"cell": _WHOLE} if no_trunc else {}
    found = await call.host.containers.top(container.id, asked, **cells)
    rows = _sorted(found, sort) if sort else found.rows
    name = at(container.name, container.host)
    count = len(found.rows) + found.more
    verdict = plural("{name}: {count} process", "{name}: {count} processes", count, name=name)
    blocks: list[Block] = [Text(verdict)]
    files: tuple[Document, ...] = ()
    if no_trunc:
        every = Table((found.titles, *rows), width=None)
        files = (Document(Untrusted(f"{container.name.raw}-top.txt"), every, ALL),)
    else:
        blocks.append(_raw(found, rows) if ps_options else _table(found, rows, sort))
    if found.more:
        blocks.append(Text(msg("and {more} more", more=found.more)))
    return Reply(tuple(blocks), documents=files, buttons=_buttons(call, container, sort))


def _place(found: Processes, what: str) -> int | None:
    """Which column it is."""
    titles = [title.raw.upper() for title in found.titles]
    return next((titles.index(title) for title in _COLUMNS[what] if title in titles), None)


def _sorted(found: Processes, by: str) -> Sequence[tuple[Untrusted, ...]]:
    """The busiest first, or in order of ids or commands.

    Raises:
        UsageError: there is no such column.
    """
    place = _place(found, by)
    if place is None:
        raise UsageError(
            msg("There is no column to sort by {what}.", what=Code(by)),
            msg("There are: {fields}.", fields=Untrusted(" ".join(t.raw for t in found.titles))),
        )
    rows = [row for row in found.rows if len(row) > place]
    if by == "command":
        return sorted(rows, key=lambda row: row[place].raw)
    return sorted(rows, key=lambda row: _amount(row[place].raw), reverse=by != "pid")


def _amount(cell: str) -> float:
    """A number, or a time such as `1-02:03:04`."""
    total = 0.0
    for part in _NUMBER.findall(cell[:32]):
        total = total * 60 + float(part)
    return total


def _table(
    found: Processes, rows: Sequence[tuple[Untrusted, ...]], sort: str | None
) -> Table | Excerpt:
    """What is started, its id, and what it was sorted by: the columns that fit a phone."""
    cmd, pid = _place(found, "command"), _place(found, "pid")
    if pid is None or cmd is None:
        return _raw(found, rows)
    use = {"cpu": msg("cpu"), "mem": msg("mem"), "time": msg("time")}.get(sort or "")
    places = [cmd, *((_place(found, sort or ""),) if use else ()), pid]
    columns = [place for place in places if place is not None]
    head: tuple[Message, ...] = (msg("command"), *((use,) if use else ()), msg("pid"))
    cells = tuple(tuple(row[place] for place in columns) for row in rows if len(row) > max(columns))
    return Table(cells, head=head, right=frozenset(range(1, len(columns))))


def _raw(found: Processes, rows: Sequence[tuple[Untrusted, ...]]) -> Excerpt:
    lines = ("  ".join(cell.raw for cell in row) for row in (found.titles, *rows))
    return Excerpt(Untrusted("\n".join(lines)), tail=False)


def _buttons(call: Call, container: Target, sort: str | None) -> tuple[tuple[Button, ...], ...]:
    """In another order, or once more; what comes behind the name is for ps, and stays there."""
    host, options = call.host.name, call.params["ps_options"]
    again = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    if options or not container.name.raw[:1].isalnum():
        return ((again,),)
    path = call.command.path
    orders = tuple(
        Button(label, (*path, "--sort", by, container.name.raw), inplace=True, host=host)
        for by, label in _ALIKE.items()
        if by != sort
    )
    return (orders, (again,))
