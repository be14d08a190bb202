"""A chart as a value: what was measured over a time, of a few things. It is drawn last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.message import Message, Untrusted

MOST = 5  # lines that can be told apart on a phone


class Unit(Enum):
    """What a figure counts."""

    PERCENT = "percent"
    BYTES = "bytes"
    RATE = "rate"  # bytes a second
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was measured around a moment: the least, the mean and the most of it."""

    at: float
    least: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True)
class Line:
    """One thing's marks, in order. No marks: it is named all the same."""

    name: Untrusted
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over a time, at most MOST. Marks further apart than `gap` seconds are not joined."""

    title: Message
    unit: Unit
    since: float
    until: float
    gap: float
    lines: tuple[Line, ...]
