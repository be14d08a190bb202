"""For whom is watched: who is told, what they may be shown, and by which time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.watch.notice import Audience


@dataclass(frozen=True, slots=True)
class Public:
    """Who is told, what may be shown to a chat of a host, and which commands change anything.

    Figures are `good` for so many seconds. `alive` is called after each look at all rules. By
    `monotonic` is counted what a clock that is set must not change.
    """

    audience: Callable[[], Audience]
    may_show: Callable[[int, str], bool]
    changes: Callable[[str], bool]
    good: float
    alive: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic
