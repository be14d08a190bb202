"""How much a bot may send before it is told to wait.

Telegram publishes three limits (https://core.telegram.org/bots/faq): about one message a second to
one chat with short bursts, twenty a minute to one group, about thirty a second in all. Edits count
like messages. The exact sizes of bursts are not published; these are on the strict side.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.errors import flood

CHAT_RATE = 1.0  # messages a second to one chat
CHAT_BURST = 5.0
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
ALL_MESSAGES = 30
ALL_SECONDS = 1.0


@dataclass(slots=True)
class Bucket:
    """Refills at a rate up to a burst; empty, it says how long to wait."""

    rate: float
    burst: float
    at: float
    left: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.burst

    def wait(self, now: float) -> float:
        """Seconds until one more fits."""
        self.left = min(self.burst, self.left + max(now - self.at, 0.0) * self.rate)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.rate

    def take(self, now: float, count: int) -> None:
        """Count some; more than there were makes the next wait longer."""
        self.wait(now)
        self.left -= count


@dataclass(slots=True)
class Window:
    """So many in so many seconds."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until one more fits."""
        while self.times and now - self.times[0] >= self.seconds:
            self.times.popleft()
        over = len(self.times) - self.most
        return 0.0 if over < 0 else self.times[over] + self.seconds - now

    def take(self, now: float, count: int) -> None:
        """Count some."""
        self.times.extend([now] * count)


class Limits:
    """The three limits together."""

    def __init__(self, clock: Callable[[], float], *, on: bool) -> None:
        self._clock = clock
        self.on = on
        self._all = Window(ALL_MESSAGES, ALL_SECONDS)
        self._chats: dict[int, Bucket] = {}
        self._groups: dict[int, Window] = {}

    def spend(self, chat_id: int, count: int = 1) -> None:
        """Count a message or an edit, or the messages of an album, which is never cut in two.

        Raises:
            ApiError: 429 with `retry_after`, and nothing is counted.
        """
        if not self.on:
            return
        now = self._clock()
        limits = list(self._limits(chat_id, now))
        wait = max(limit.wait(now) for limit in limits)
        if wait > 0:
            raise flood(max(math.ceil(wait), 1))
        for limit in limits:
            limit.take(now, count)

    def _limits(self, chat_id: int, now: float) -> Iterator[Bucket | Window]:
        yield self._all
        yield self._chats.setdefault(chat_id, Bucket(CHAT_RATE, CHAT_BURST, now))
        if chat_id < 0:
            yield self._groups.setdefault(chat_id, Window(GROUP_MESSAGES, GROUP_SECONDS))
