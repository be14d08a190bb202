"""`/df -v`: the largest things on a disk, and folded below all of them, kind by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.hosts.types import BuildRecord, DiskUsage
from bot.message import Message, Size, Span, Value, msg, plural
from bot.reply import Block, Fold, Table, Text
from bot.reply.states import state_word
from handlers.image.listed import name_of

_LARGEST = 5
_LISTED = 40

Row = tuple[Value, ...]


def details(usage: DiskUsage, now: float) -> Iterator[Block]:
    """Everything by itself, the largest first; `now` is in seconds since the epoch."""
    kinds = tuple(_kinds(usage, now))
    largest = sorted((row for _, rows in kinds for row in rows), key=_size)[:_LARGEST]
    if largest:
        yield Text(msg("The largest of all:"))
        yield Table(tuple((row[0], row[-1]) for row in largest), right=frozenset({1}))
    for title, rows in kinds:
        if rows:
            yield _folded(title, sorted(rows, key=_size))


def _folded(title: Message, rows: Sequence[Row]) -> Fold:
    table = Table(tuple(rows[:_LISTED]), right=frozenset({2}))
    left = len(rows) - _LISTED
    more = (Text(msg("and {more} more", more=left)),) if left > 0 else ()
    return Fold((Text(title, strong=True), table, *more))


def _kinds(usage: DiskUsage, now: float) -> Iterator[tuple[Message, Sequence[Row]]]:
    """A title and its rows: a name, something that matters about it, and a size."""
    users = Counter(container.image_id for container in usage.containers)
    images = [(name_of(i), _used(users[i.id]), Size(i.size)) for i in usage.images]
    yield plural("{count} image", "{count} images", len(images)), images
    containers = [(c.name, state_word(c.state), Size(c.size_rw or 0)) for c in usage.containers]
    yield plural("{count} container", "{count} containers", len(containers)), containers
    volumes = [(v.name, _used(v.users or 0), _known(v.size)) for v in usage.volumes]
    yield plural("{count} volume", "{count} volumes", len(volumes)), volumes
    builds = [(b.what, _last(b, now), Size(b.size)) for b in usage.builds]
    yield plural("{count} of build cache", "{count} of build cache", len(builds)), builds


def _used(users: int) -> Message:
    if not users:
        return msg("unused")
    return plural("{count} user", "{count} users", users)


def _last(record: BuildRecord, now: float) -> Message:
    """How long ago it was last used."""
    if record.in_use:
        return msg("in use")
    if record.used is None:
        return msg("never used")
    return msg("{span} ago", span=Span(max(0.0, now - record.used)))


def _known(size: int | None) -> Size | Message:
    return msg("–") if size is None else Size(size)


def _size(row: Row) -> int:
    size = row[-1]
    return -size.bytes if isinstance(size, Size) else 1
