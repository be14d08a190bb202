"""Regions of a text: put together, counted in characters, filled in, and taken apart again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import AnyStr

from bot.reply.values import Region


def merged(regions: Iterable[Region]) -> list[Region]:
    """The regions in order and apart, without empty ones."""
    whole: list[Region] = []
    for start, end in sorted(regions):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        elif end > start:
            whole.append((start, end))
    return whole


def apart(
    regions: Iterable[Region], pieces: Iterable[str | bytes], seam: int = 0
) -> Iterator[list[Region]]:
    """The regions of what was joined, in each of the pieces. `seam` is how long the joints are."""
    left = iter(regions)
    region = next(left, None)
    at = 0
    for piece in pieces:
        end, here = at + len(piece), []
        while region and region[0] < end:
            first, last = max(region[0], at), min(region[1], end)
            if first < last:
                here.append((first - at, last - at))
            if region[1] > end:
                break
            region = next(left, None)
        yield here
        at = end + seam


def replaced(whole: AnyStr, regions: Iterable[Region], mask: AnyStr) -> AnyStr:
    """The whole with the mask in place of each region."""
    parts: list[AnyStr] = []
    at = 0
    for start, end in regions:
        parts += (whole[at:start], mask)
        at = end
    parts.append(whole[at:])
    return whole[:0].join(parts)


def in_characters(data: bytes, regions: Iterable[Region]) -> list[Region]:
    """Regions of bytes in the characters that they are the UTF-8 of."""
    counted, at, found = 0, 0, []
    for start, end in regions:
        first = counted + _length(data[at:start])
        counted, at = first + _length(data[start:end]), end
        found.append((first, counted))
    return found


def _length(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogatepass"))
