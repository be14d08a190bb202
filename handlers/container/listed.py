"""The plain list of `/ps`: pages, in the order and of the state that its buttons say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.command.call import Call
from bot.hosts.types import Container
from bot.message import Message, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Button, Reply, Table, Text
from bot.reply.ports import places
from handlers.container.overview import cards, count, opener, signed, table
from handlers.formatted import refresh
from handlers.pages import Page, option, others, page_of, without

SHOWS: Mapping[str, Callable[[Container], bool]] = {
    "all": lambda _: True,
    "urgent": lambda c: c.needs_you,
    "running": lambda c: c.state == "running",
    "stopped": lambda c: c.state in {"created", "exited", "dead"},
}
_CARDS = 4
_SHOWN = {
    "all": msg("All {count}"),
    "urgent": msg("Need you {count}"),
    "running": msg("Running {count}"),
    "stopped": msg("Stopped {count}"),
}
_SORTED = {
    "name": msg("By name"),
    "created": msg("Newest first"),
    "state": msg("By state"),
    "image": msg("By image"),
    "size": msg("Biggest first"),
}


def listed(
    call: Call, found: Sequence[Container], rows: Sequence[Container], *, sized: bool
) -> Reply:
    """A page of the rows, of all that were found; with sizes and ports where they are asked for."""
    page = page_of(rows, call.params["page"] or 1)
    blocks: list[Block] = [Text(_verdict(call, rows)), *page.told]
    if page.rows:
        blocks += _tables(call, page.rows, sized=sized)
    return Reply(tuple(blocks), buttons=_buttons(call, found, page, sized=sized))


def _verdict(call: Call, rows: Sequence[Container]) -> Message:
    match call.params["show"]:
        case _ if not rows:
            sentence = count(call, rows)
        case "urgent":
            sentence = plural(
                "{host}: {count} container needs you",
                "{host}: {count} containers need you",
                len(rows),
            )
        case "running":
            sentence = plural(
                "{host}: {count} container runs", "{host}: {count} containers run", len(rows)
            )
        case "stopped":
            sentence = plural(
                "{host}: {count} container is stopped",
                "{host}: {count} containers are stopped",
                len(rows),
            )
        case _:
            sentence = count(call, rows)
    return sentence.having(host=Untrusted(call.host.name))


def _tables(call: Call, rows: Sequence[Container], *, sized: bool) -> list[Table]:
    """What was asked for of each: how it is, or what it takes and where it is reached."""
    tables = []
    if sized:
        head = (msg("name"), msg("own"), msg("with image"))
        sizes = tuple((signed(c), Size(c.size_rw or 0), Size(c.size_root or 0)) for c in rows)
        tables.append(Table(sizes, head=head, right=frozenset({1, 2})))
    if call.params["ports"]:
        tables.append(Table(tuple(row for c in rows for row in _ports(c))))
    return tables or [table(rows)]


def _ports(container: Container) -> list[tuple[Value, ...]]:
    """A line for each place where a port is published."""
    first, *more = places(container.ports) or (Untrusted("–"),)
    return [(signed(container), first), *((Untrusted(""), other) for other in more)]


def _buttons(
    call: Call, found: Sequence[Container], page: Page[Container], *, sized: bool
) -> tuple[tuple[Button, ...], ...]:
    counts = {word: sum(map(fits, found)) for word, fits in SHOWS.items()}
    shows = {word: _SHOWN[word].having(count=many) for word, many in counts.items() if many}
    sorts = {word: label for word, label in _SORTED.items() if word != "size" or sized}
    asked = call.params["ports"], sized
    looks = (
        *((without(call, msg("Overview"), "--page", "--show"),) if not any(asked) else ()),
        *((option(call, msg("Ports"), "--ports"),) if not asked[0] else ()),
        *((option(call, msg("Sizes"), "--size"),) if not asked[1] else ()),
    )
    urgent = [c for c in page.rows if c.needs_you][:_CARDS]
    rows = (
        *cards(call, urgent),
        (*page.turns(call), *opener(call, len(found), len(urgent))),
        others(call, "--show", shows, now=call.params["show"] or ""),
        others(call, "--sort", sorts, now=call.params["sort"]) if found[1:] else (),
        (*(looks if found else ()), refresh(call)),
    )
    return tuple(filter(None, rows))
