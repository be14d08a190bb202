"""`/ps`: what needs the reader first, one line a stack, the whole list folded below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bot.command.argv import with_option, without_option
from bot.command.call import Call
from bot.command.kinds import PAGE, as_engine_filters, choice, filters, whole
from bot.command.spec import command, flag, option
from bot.hosts.types import Container
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Text
from bot.reply.containers import by_name, sign_of, state_of
from handlers.offer import may

_SHOWN = 8
_STACKS = 6
_FOLDED = 40
_PAGE = 25
_WIDTH = 30  # characters of a line in monospace, with room for a word behind it


def _name(container: Container) -> tuple[tuple[int, str], ...]:
    return by_name(container.name)


_SORTS: dict[str, Callable[[Container], Any]] = {
    "name": _name,
    "created": lambda c: -c.created,
    "state": lambda c: (c.state, _name(c)),
    "image": lambda c: (c.image.raw, _name(c)),
}


@command(
    "container ls",
    shortcut="ps",
    aliases=("container list", "container ps"),
    permission="container.ls",
    act=msg("list the containers of {host}"),
)
@flag("-a", "--all", help="Show all containers, also those that ended well")
@flag("-q", "--quiet", help="Only show container IDs")
@option("-n", "--last", type=whole(1, 1000), help="Show only so many, the newest")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters(
        "name", "label", "status", "health", "ancestor", "network", "volume", "id", "exited"
    ),
    help="Filter by a condition, as in status=exited",
)
@option("--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, state, image")
@option("--page", type=PAGE, help="Show one page of the plain list")
async def ls(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    quiet: bool,
    last: int | None,
    wanted: tuple[tuple[str, str], ...],
    sort: str,
    page: int | None,
) -> Reply:
    """List containers."""
    found = await call.host.inventory.containers(filters=as_engine_filters(wanted))
    rows = [c for c in found if all or wanted or last or c.state != "exited" or c.needs_you]
    if last:
        rows = sorted(rows, key=lambda c: -c.created)[:last]
    rows.sort(key=_SORTS[sort])
    if quiet:
        ids = "\n".join(c.id[:12] for c in rows)
        return Reply((Text(_count(call, rows)), *([Excerpt(Untrusted(ids))] if ids else [])))
    return _paged(call, rows, page) if page else _overview(call, rows)


def _count(call: Call, rows: Sequence[Container]) -> Message:
    host = Untrusted(call.host.name)
    if not rows:
        return msg("{host}: no containers", host=host)
    return plural("{host}: {count} container", "{host}: {count} containers", len(rows), host=host)


def _verdict(call: Call, rows: Sequence[Container], bad: int) -> Message:
    """All is well only where all was looked at."""
    host = Untrusted(call.host.name)
    if not rows:
        return _count(call, rows)
    if not bad and (call.params["wanted"] or call.params["last"]):
        return plural(
            "{host}: {count} container, it is well",
            "{host}: {count} containers, all well",
            len(rows),
            host=host,
        )
    if not bad:
        return msg("{host}: all well", host=host)
    return plural(
        "{host}: {count} of {all} needs you",
        "{host}: {count} of {all} need you",
        bad,
        host=host,
        all=len(rows),
    )


def _overview(call: Call, rows: list[Container]) -> Reply:
    bad = sorted((c for c in rows if c.needs_you), key=lambda c: c.health == "unhealthy")
    blocks: list[Block] = [Text(_verdict(call, rows, len(bad)))]
    if bad:
        blocks.append(_table(bad[:_SHOWN]))
    if len(bad) > _SHOWN:
        blocks.append(Text(msg("and {more} more below", more=len(bad) - _SHOWN)))
    if rows:
        blocks += [*_stacks(rows), _folded(rows)]
    return Reply(tuple(blocks), buttons=_buttons(call, rows, bad))


def _folded(rows: Sequence[Container]) -> Fold:
    """The whole list; of a very long one what needs somebody, and then as many as fit."""
    if len(rows) <= _FOLDED:
        return Fold((_table(rows),))
    first = sorted(rows, key=lambda c: not c.needs_you)[:_FOLDED]
    return Fold((_table(first), Text(msg("and {more} more", more=len(rows) - _FOLDED))))


def _table(rows: Sequence[Container]) -> Table:
    return Table(tuple((Untrusted(f"{sign_of(c)} {c.name.raw}"), state_of(c)) for c in rows))


def _stacks(rows: Sequence[Container]) -> Iterator[Text]:
    """How much of each stack is well, those that are not whole first; all others are one figure."""
    names = [c.project.raw if c.project else "" for c in rows]
    total = Counter(names)
    well = Counter(
        name
        for name, c in zip(names, rows, strict=True)
        if c.state == "running" and not c.needs_you
    )
    stacks = sorted(filter(None, total), key=lambda n: (well[n] == total[n], n))[:_STACKS]
    for line in _lines([f"{n} {well[n]}/{total[n]}" for n in stacks]):
        yield Text(msg("{stacks} ok", stacks=Untrusted(line)))
    others = total.total() - sum(total[n] for n in stacks)
    if others:
        left = well.total() - sum(well[n] for n in stacks)
        text = msg("others {up}/{all} ok") if stacks else msg("{up} of {all} ok")
        yield Text(text.having(up=left, all=others))


def _lines(words: Iterable[str]) -> Iterator[str]:
    """The words in as few lines as a phone's width allows."""
    line = ""
    for word in words:
        joined = f"{line} · {word}" if line else word
        if line and len(joined) > _WIDTH:
            yield line
            line = word
        else:
            line = joined
    if line:
        yield line


def _buttons(
    call: Call, rows: Sequence[Container], bad: Sequence[Container]
) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    look = tuple(
        Button(msg("Logs {name}", name=c.name), ("container", "logs", c.name.raw), host=host)
        for c in bad[:2]
        # no Engine gives out another name: it could be an option
        if c.name.raw[:1].isalnum() and may(call, "container logs")
    )
    every = Button(
        msg("All {count}", count=len(rows)),
        with_option(call, "--page", "1"),
        inplace=True,
        host=host,
    )
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    more = (every, refresh) if len(rows) > _FOLDED else (refresh,)
    return (look, more) if look else (more,)


def _paged(call: Call, rows: list[Container], page: int) -> Reply:
    pages = max(1, -(-len(rows) // _PAGE))
    page = min(page, pages)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]

    def turn(label: Message, to: int) -> Button:
        words = with_option(call, "--page", str(to))
        return Button(label, words, inplace=True, host=call.host.name)

    bare = without_option(call, "--page")
    overview = Button(msg("Overview"), bare, inplace=True, host=call.host.name)
    steps = [
        turn(msg("Page {page}", page=to), to) for to in (page - 1, page + 1) if 0 < to <= pages
    ]
    return Reply(
        (
            Text(_count(call, rows)),
            Text(msg("Page {page} of {pages}", page=page, pages=pages)),
            *((_table(shown),) if shown else ()),
        ),
        buttons=(
            *((tuple(steps),) if steps else ()),
            (overview,),
        ),
    )
