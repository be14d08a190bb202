"""`/top`: the processes of a container."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import argument, command, targets
from bot.hosts.types import Kind, Processes, Target
from bot.message import Untrusted, msg, plural
from bot.reply import Button, Excerpt, Reply, Table, Text


@command(
    "container top",
    shortcut="top",
    permission="container.top",
    act=msg("list the processes of {target}"),
    secret=True,
)
@targets(Kind.CONTAINER, nargs=1)
@argument("ps_options", nargs=-1)
async def top(call: Call, container: Target, ps_options: tuple[str, ...]) -> Reply:
    """Display the running processes of a container."""
    found = await call.host.containers.top(container.id, " ".join(ps_options) or None)
    name = at(container.name, container.host)
    count = len(found.rows) + found.more
    verdict = plural("{name}: {count} process", "{name}: {count} processes", count, name=name)
    body = _raw(found) if ps_options else _table(found)
    more = (Text(msg("and {more} more", more=found.more)),) if found.more else ()
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name)
    return Reply((Text(verdict), body, *more), buttons=((refresh,),))


def _table(found: Processes) -> Table | Excerpt:
    """What is started, and its id: the columns that fit a phone."""
    titles = [t.raw.upper() for t in found.titles]
    pid = titles.index("PID") if "PID" in titles else None
    cmd = next((titles.index(t) for t in ("CMD", "COMMAND", "ARGS") if t in titles), None)
    if pid is None or cmd is None:
        return _raw(found)
    rows = tuple((row[cmd], row[pid]) for row in found.rows if len(row) > max(cmd, pid))
    return Table(rows, head=(msg("command"), msg("pid")), right=frozenset({1}))


def _raw(found: Processes) -> Excerpt:
    lines = ("  ".join(cell.raw for cell in row) for row in (found.titles, *found.rows))
    return Excerpt(Untrusted("\n".join(lines)), tail=False)
