"""Reads Docker's English sentence about a container, such as "Exited (137) 4 minutes ago".

Exit code, health and how long ago are in `GET /containers/json` nowhere else. What cannot be read
is left out, and the sentence shown as it is. (docker/go-units `duration.go`, moby
`container/state.go`.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MINUTE = 60
_UNITS = {
    "second": 1,
    "minute": _MINUTE,
    "hour": 60 * _MINUTE,
    "day": 24 * 60 * _MINUTE,
    "week": 7 * 24 * 60 * _MINUTE,
    "month": 30 * 24 * 60 * _MINUTE,
    "year": 365 * 24 * 60 * _MINUTE,
}
_ENDED = re.compile(r"(?:Exited|Restarting) \((-?\d{1,10})\)(?: (.{1,40}) ago)?")
_UP = re.compile(r"Up (.{1,40}?)(?: ago)?(?: \(([^()]{1,40})\))?")
_SPAN = re.compile(
    r"(?:(\d{1,6})|(Less than a)|(?:About )?an?) (second|minute|hour|day|week|month|year)s?"
)
_HEALTH = {"healthy": "healthy", "unhealthy": "unhealthy", "health: starting": "starting"}


@dataclass(frozen=True, slots=True)
class Status:
    """What the sentence told; None is what it did not tell. `ago` in seconds."""

    exit_code: int | None = None
    ago: float | None = None
    health: str | None = None


def read(sentence: str) -> Status:
    """The parts of a container's `Status`."""
    if ended := _ENDED.fullmatch(sentence):
        return Status(exit_code=int(ended[1]), ago=seconds(ended[2] or ""))
    if up := _UP.fullmatch(sentence):
        return Status(ago=seconds(up[1]), health=_HEALTH.get(up[2] or ""))
    return Status()


def seconds(span: str) -> float | None:
    """How long a span is: "4 minutes" is 240.0, "Less than a second" is 0.0."""
    found = _SPAN.fullmatch(span)
    if found is None:
        return None
    count = 0 if found[2] else int(found[1] or 1)
    return float(count * _UNITS[found[3]])
