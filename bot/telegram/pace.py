"""How fast Telegram lets a bot speak, kept before it has to say so.

About one message a second to a chat, with short bursts; 20 a minute to a group; 30 a second in all;
edits count. Of a group's 20 a minute, progress may take 8, so that answers always find room, and
one of 3 seconds at most; of a private chat's, one a second.
A 429 pauses its chat for as long as it says, and only its chat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bot.buckets import Buckets
from bot.recent import Recent
from bot.telegram.outgoing import PROGRESS

_KEPT = 1024


class _Windows:
    """At most `most` in any `seconds`, by key. The oldest keys are forgotten.

    A bucket would not do: one that holds 18 and refills lets 36 through in its first minute.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: Recent[int, deque[float]] = Recent(_KEPT)

    def missing(self, key: int) -> float:
        """Seconds until one more fits."""
        now, times = self._clock(), self._kept.get(key)
        while times and now - times[0] >= self._seconds:
            times.popleft()
        return times[0] + self._seconds - now if times and len(times) >= self._most else 0.0

    def take(self, key: int) -> None:
        """Count one."""
        times = self._kept.get(key) or deque()
        times.append(self._clock())
        self._kept[key] = times


class Pace:
    """Says how long to wait before the next message to a chat; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # A little less than Telegram's figures: it counts when a message arrives, not when it goes.
        self._all = _Windows(27, 1.0, clock)
        self._groups = _Windows(19, 61.0, clock)
        self._progress = _Windows(8, 61.0, clock)
        self._edits = {True: _Windows(1, 3.0, clock), False: _Windows(1, 1.0, clock)}
        self._chats = Buckets(3, 1, clock)
        self._paused: Recent[int, float] = Recent(_KEPT)
        self._put_off: set[int] = set()

    def wait(self, chat: int, priority: int) -> float:
        """Seconds to wait; 0.0 says go, and counts it."""
        wanted: list[tuple[_Windows | Buckets, int]] = [(self._chats, chat), (self._all, 0)]
        if chat < 0:
            wanted.append((self._groups, chat))
        if priority >= PROGRESS:
            wanted.append((self._edits[chat < 0], chat))
            if chat < 0:
                wanted.append((self._progress, chat))
        longest = max(limit.missing(key) for limit, key in wanted)
        longest = max(longest, self._paused.get(chat, 0.0) - self._clock())
        if longest > 0:
            return longest
        self._paused.pop(chat, None)
        self._put_off.discard(chat)
        for limit, key in wanted:
            limit.take(key)
        return 0.0

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram has said when it will listen again."""
        self._paused[chat] = self._clock() + seconds
        self._put_off.discard(chat)

    def put_off(self, chat: int, seconds: float) -> None:
        """Telegram could not be reached; try again then, or when it is back."""
        self.pause(chat, seconds)
        self._put_off.add(chat)

    def resume(self) -> None:
        """Telegram is back: what was put off may go at once, what it refused for a time may not."""
        for chat in self._put_off:
            self._paused.pop(chat, None)
        self._put_off.clear()
