"""How full the disk of a host is, and when there will be no room left, in words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.message import Message, Percent, Size, msg
from bot.message import Span as Length
from bot.watch.space import Space
from handlers.report.measured import DAY

_SOON, _MUCH = 7 * DAY, 90.0


def pressing(found: Space, now: float) -> Iterator[Message]:
    """What of it needs somebody."""
    if found.full is not None and found.full - now < _SOON:
        yield msg("the disk is full in about {time}", time=Length(max(found.full - now, 0.0)))
    elif found.used is not None and found.used >= _MUCH:
        yield msg("the disk is at {used}", used=Percent(found.used))


def room(found: Space, now: float) -> Iterator[Message]:
    """The state of it; that it is unknown is said too."""
    if found.used is None:
        yield msg("How full the disk is, I can't see.")
    elif found.full is None:
        yield msg("Disk {used}.", used=Percent(found.used))
    else:
        left = Length(max(found.full - now, 0.0))
        yield msg("Disk {used}, full in about {time}.", used=Percent(found.used), time=left)


def taken(found: Space) -> Iterator[Message]:
    """What Docker takes of it, where that was counted."""
    if found.sizes is not None:
        sizes = {name: Size(int(size)) for name, size in found.sizes.items()}
        none = Size(0)
        yield msg(
            "Docker takes: images {images}, containers {containers}, volumes {volumes},"
            " build cache {builds}.",
            images=sizes.get("images", none),
            containers=sizes.get("containers", none),
            volumes=sizes.get("volumes", none),
            builds=sizes.get("builds", none),
        )
