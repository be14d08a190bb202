"""The list of `/images`: pages, in the order and of the kind that its buttons say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.command.call import Call
from bot.hosts.types import Image
from bot.message import Message, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Button, Reply, Table, Text
from bot.reply.docker import short
from handlers.formatted import refresh
from handlers.offer import may
from handlers.pages import Page, others, page_of

_WIDTH = 24  # columns that a table leaves to a name

SHOWS: Mapping[str, Callable[[Image], bool]] = {
    "all": lambda _: True,
    "tagged": lambda image: not image.dangling,
    "untagged": lambda image: image.dangling,
}
_SHOWN = {
    "all": msg("All {count}"),
    "tagged": msg("With a tag {count}"),
    "untagged": msg("Without a tag {count}"),
}
_SORTED = {
    "size": msg("Biggest first"),
    "created": msg("Newest first"),
    "name": msg("By name"),
}


def listed(call: Call, found: Sequence[Image], rows: Sequence[Image]) -> Reply:
    """A page of the rows, of all that were found."""
    page = page_of(rows, call.params["page"] or 1)
    blocks: list[Block] = [Text(count(call, rows)), *page.told]
    if page.rows:
        blocks.append(_table(page.rows, digests=call.params["digests"]))
    return Reply(tuple(blocks), buttons=_buttons(call, found, page))


def count(call: Call, rows: Sequence[Image]) -> Message:
    """The host, and how many there are."""
    host = Untrusted(call.host.name)
    if not rows:
        return msg("{host}: no images", host=host)
    return plural("{host}: {count} image", "{host}: {count} images", len(rows), host=host)


def name_of(image: Image) -> Untrusted:
    """Its first tag, or its short id where it has none."""
    return image.tags[0] if image.tags else Untrusted(short(image.id))


def _fitting(name: Untrusted) -> Untrusted:
    """A long name without its registry: what tells images apart is the end."""
    _, slash, last = name.raw.rpartition("/")
    return Untrusted(f"…/{last}") if slash and len(name.raw) > _WIDTH else name


def _table(images: Sequence[Image], *, digests: bool) -> Table:
    rows: list[tuple[Value, ...]] = []
    for image in images:
        rows.append((_fitting(name_of(image)), Size(image.size)))
        if digests:
            known = (Untrusted(f"  {d.raw.rpartition('@')[2]}") for d in image.digests)
            rows += ((digest, Untrusted("")) for digest in known)
    return Table(tuple(rows), right=frozenset({1}))


def _buttons(
    call: Call, found: Sequence[Image], page: Page[Image]
) -> tuple[tuple[Button, ...], ...]:
    counts = {word: sum(map(fits, found)) for word, fits in SHOWS.items()}
    mixed = counts["tagged"] and counts["untagged"]
    shows = {word: _SHOWN[word].having(count=many) for word, many in counts.items() if mixed}
    host = call.host.name
    label = msg("Prune images on {host}…", host=Untrusted(host))
    prune = Button(label, ("image", "prune"), host=host)
    rows = (
        page.turns(call),
        others(call, "--show", shows, now=call.params["show"]),
        others(call, "--sort", _SORTED, now=call.params["sort"]) if found[1:] else (),
        (refresh(call),),
        (prune,) if counts["untagged"] and may(call, "image prune") else (),
    )
    return tuple(filter(None, rows))
