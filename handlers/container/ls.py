"""`/ps`: what needs the reader first, one line a stack, the whole list folded below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.kinds import PAGE, as_engine_filters, choice, filters, whole
from bot.command.spec import command, flag, option
from bot.hosts.types import Container
from bot.message import Message, Span, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Text

_SHOWN = 8
_STACKS = 6
_FOLDED = 40
_PAGE = 25
_NUMBER = re.compile(r"([0-9]+)")


def _name(container: Container) -> tuple[tuple[int, str], ...]:
    """To sort by name as people count: web-2 before web-10."""
    words = _NUMBER.split(container.name.raw.lower())
    return tuple((len(w.lstrip("0")) if n % 2 else 0, w) for n, w in enumerate(words))


_SORTS: dict[str, Callable[[Container], Any]] = {
    "name": _name,
    "created": lambda c: -c.created,
    "state": lambda c: (c.state, _name(c)),
    "image": lambda c: (c.image.raw, _name(c)),
}
_SINCE = {
    "exited": msg("exited {code} · {ago}"),
    "restarting": msg("restarts, exit {code}"),
    "unhealthy": msg("unhealthy · {ago}"),
    "starting": msg("starting · {ago}"),
}
_STILL = {"paused": msg("paused"), "created": msg("never started"), "dead": msg("dead")}


@command(
    "container ls",
    shortcut="ps",
    aliases=("container list", "container ps"),
    permission="container.ls",
    act=msg("list the containers of {host}"),
)
@flag("-a", "--all", help="Show all containers, also those that ended well")
@flag("-q", "--quiet", help="Only show container IDs")
@option("-n", "--last", type=whole(1, 1000), help="Show the last created containers")
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
    rows = [c for c in found if all or wanted or last or c.state != "exited" or needs_you(c)]
    if last:
        rows = sorted(rows, key=lambda c: -c.created)[:last]
    rows.sort(key=_SORTS[sort])
    if quiet:
        ids = "\n".join(c.id[:12] for c in rows)
        return Reply((Text(_count(call, rows)), *([Excerpt(Untrusted(ids))] if ids else [])))
    return _paged(call, rows, page) if page else _overview(call, rows)


def needs_you(container: Container) -> bool:
    """Whether somebody should look: it failed, keeps failing, or says that it is not well."""
    return (
        container.state in {"restarting", "dead"}
        or container.health == "unhealthy"
        or (container.state == "exited" and container.exit_code != 0)
    )


def state_of(container: Container) -> Message | Untrusted:
    """Its state in a few words: "exited 1 · 4 min". Raw where Docker's sentence is unknown."""
    if container.state in _STILL:
        return _STILL[container.state]
    if container.ago is None:
        return container.status
    sentence = _SINCE.get(container.health or container.state, msg("up {ago}"))
    return sentence.having(code=container.exit_code or 0, ago=Span(container.ago))


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
    bad = sorted((c for c in rows if needs_you(c)), key=lambda c: c.health == "unhealthy")
    blocks: list[Block] = [Text(_verdict(call, rows, len(bad)))]
    if bad:
        blocks.append(_table(bad[:_SHOWN]))
    if len(bad) > _SHOWN:
        blocks.append(Text(msg("and {more} more below", more=len(bad) - _SHOWN)))
    if rows:
        blocks += [Text(_stacks(rows)), _folded(rows)]
    return Reply(tuple(blocks), buttons=_buttons(call, rows, bad))


def _folded(rows: Sequence[Container]) -> Fold:
    """The whole list; of a very long one what needs somebody, and then as many as fit."""
    if len(rows) <= _FOLDED:
        return Fold((_table(rows),))
    first = sorted(rows, key=lambda c: not needs_you(c))[:_FOLDED]
    return Fold((_table(first), Text(msg("and {more} more", more=len(rows) - _FOLDED))))


def _table(rows: Sequence[Container]) -> Table:
    return Table(tuple((Untrusted(_sign(c) + c.name.raw), state_of(c)) for c in rows))


def _sign(container: Container) -> str:
    if not needs_you(container):
        return "● " if container.state == "running" else "  "
    return "! " if container.health == "unhealthy" else "x "


def _stacks(rows: Sequence[Container]) -> Message:
    """How many of each stack run, those that are not whole first; all others are one figure."""
    names = [c.project.raw if c.project else "" for c in rows]
    total = Counter(names)
    up = Counter(n for n, c in zip(names, rows, strict=True) if c.state == "running")
    stacks = sorted(filter(None, total), key=lambda n: (up[n] == total[n], n))[:_STACKS]
    line = Untrusted(" · ".join(f"{n} {up[n]}/{total[n]}" for n in stacks))
    others = total.total() - sum(total[n] for n in stacks)
    running = up.total() - sum(up[n] for n in stacks)
    if not stacks:
        return msg("{up} of {all} run", up=running, all=others)
    if not others:
        return msg("{stacks} run", stacks=line)
    return msg("{stacks} · others {up}/{all} run", stacks=line, up=running, all=others)


def _buttons(
    call: Call, rows: Sequence[Container], bad: Sequence[Container]
) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    look = tuple(
        Button(msg("Logs {name}", name=c.name), ("container", "logs", c.name.raw), host=host)
        for c in bad[:2]
        if c.name.raw[:1].isalnum()  # no Engine gives out another: it could be an option
    )
    every = Button(
        msg("All {count}", count=len(rows)), (*call.argv, "--page", "1"), inplace=True, host=host
    )
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    more = (every, refresh) if len(rows) > _FOLDED else (refresh,)
    return (look, more) if look else (more,)


def _paged(call: Call, rows: list[Container], page: int) -> Reply:
    pages = max(1, -(-len(rows) // _PAGE))
    page = min(page, pages)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]
    bare = _without_page(call.argv)

    def turn(label: Message, to: int) -> Button:
        return Button(label, (*bare, "--page", str(to)), inplace=True, host=call.host.name)

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
            (Button(msg("Overview"), bare, inplace=True, host=call.host.name),),
        ),
    )


def _without_page(argv: tuple[str, ...]) -> tuple[str, ...]:
    if "--page" not in argv:
        return argv
    at = argv.index("--page")
    return (*argv[:at], *argv[at + 2 :])
