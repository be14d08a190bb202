"""How fast Telegram lets a bot speak, kept before it has to say so.

About one message a second to a chat, with short bursts; 20 a minute to a group; 30 a second in all;
edits count. Of a group's 20 a minute, progress may take 8, so that answers always find room.
A 429 pauses its chat for as long as it says, and only its chat.

What is published as "so many in a minute" is kept for any minute, and a little less is sent than
is allowed, as what is late on the network comes closer together.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

from bot.buckets import Buckets
from bot.telegram.outgoing import PROGRESS

_KEPT = 1024
_MINUTE = 61.0


class _Window:
    """At most `most` in any `seconds`, by key. The oldest keys are forgotten."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._times: OrderedDict[int, deque[float]] = OrderedDict()

    def missing(self, key: int) -> float:
        """Seconds until one more fits."""
        times = self._times.get(key)
        if times is None or len(times) < self._most:
            return 0.0
        return max(0.0, times[0] + self._seconds - self._clock())

    def take(self, key: int) -> None:
        """Count one; it fits."""
        times = self._times.pop(key, None) or deque(maxlen=self._most)
        times.append(self._clock())
        self._times[key] = times
        if len(self._times) > _KEPT:
            self._times.popitem(last=False)


class Pace:
    """Says how long to wait before the next message to a chat; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all = _Window(28, 1.0, clock)
        self._chats = Buckets(3, 1, clock)
        self._groups = _Window(19, _MINUTE, clock)
        self._progress = _Window(8, _MINUTE, clock)
        self._paused: dict[int, float] = {}

    def wait(self, chat: int, priority: int) -> float:
        """Seconds to wait; 0.0 says go, and counts it."""
        wanted: list[tuple[Buckets | _Window, int]] = [(self._chats, chat), (self._all, 0)]
        if chat < 0:
            wanted.append((self._groups, chat))
            if priority >= PROGRESS:
                wanted.append((self._progress, chat))
        longest = max(limit.missing(key) for limit, key in wanted)
        longest = max(longest, self._paused.get(chat, 0.0) - self._clock())
        if longest > 0:
            return longest
        self._paused.pop(chat, None)
        for limit, key in wanted:
            limit.take(key)
        return 0.0

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram has said when it will listen again."""
        if len(self._paused) >= _KEPT:
            self._paused.pop(next(iter(self._paused)))
        self._paused[chat] = self._clock() + seconds
