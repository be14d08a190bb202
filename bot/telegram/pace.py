"""How fast Telegram lets a bot speak, kept before it has to say so.

About one message a second to a chat, with short bursts; 20 a minute to a group; 30 a second in all;
edits count. Of a group's 20 a minute, progress may take 8, so that answers always find room.
A 429 pauses its chat for as long as it says, and only its chat.

A bucket lets through, in any stretch of time, what it holds and what comes back meanwhile: the two
together are the limit, less one for what is late on the network.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.buckets import Buckets
from bot.telegram.outgoing import PROGRESS

_KEPT = 1024


class Pace:
    """Says how long to wait before the next message to a chat; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all = Buckets(9, 20, clock)
        self._chats = Buckets(3, 1, clock)
        self._groups = Buckets(9, 10 / 60, clock)
        self._progress = Buckets(2, 6 / 60, clock)
        self._paused: dict[int, float] = {}

    def wait(self, chat: int, priority: int) -> float:
        """Seconds to wait; 0.0 says go, and counts it."""
        wanted = [(self._chats, chat), (self._all, 0)]
        if chat < 0:
            wanted.insert(0, (self._groups, chat))
            if priority >= PROGRESS:
                wanted.insert(0, (self._progress, chat))
        longest = max(buckets.missing(key) for buckets, key in wanted)
        longest = max(longest, self._paused.get(chat, 0.0) - self._clock())
        if longest > 0:
            return longest
        self._paused.pop(chat, None)
        for buckets, key in wanted:
            buckets.take(key)
        return 0.0

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram has said when it will listen again."""
        if len(self._paused) >= _KEPT:
            self._paused.pop(next(iter(self._paused)))
        self._paused[chat] = self._clock() + seconds
