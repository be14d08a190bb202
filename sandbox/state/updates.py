"""The queue of updates and the long poll that empties it.

The rules are the service's: an update stays until a later call's offset confirms it, or it grows
too old; a negative offset keeps the last ones; of two polls the older one ends with a conflict.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.errors import refusal

KEPT = 24 * 3600.0  # seconds
CALLBACK_KEPT = 150.0
MOST_UPDATES = 10_000
FIRST_ID = 100_000_001
LATEST_POLL = 50  # seconds that a poll may wait
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
KINDS = (
    frozenset(
        {
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "inline_query",
            "chosen_inline_result",
            "callback_query",
            "my_chat_member",
            "chat_join_request",
            "poll",
            "poll_answer",
        }
    )
    | UNASKED
)


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it will be delivered."""

    id: int
    kind: str
    content: Mapping[str, object]
    at: float

    def as_json(self) -> dict[str, object]:
        """The Update of the Bot API."""
        return {"update_id": self.id, self.kind: self.content}

    def expired(self, now: float) -> bool:
        """Whether the service would have forgotten it."""
        kept = CALLBACK_KEPT if self.kind == "callback_query" else KEPT
        return now - self.at >= kept


class Updates:
    """What the bot has not confirmed yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queue: deque[Update] = deque(maxlen=MOST_UPDATES)
        self._next = FIRST_ID
        self._poll: asyncio.Future[None] | None = None
        self._closed = False
        self.asked: frozenset[str] = KINDS - UNASKED
        self.on_push: Callable[[], None] = lambda: None

    def push(self, kind: str, content: Mapping[str, object]) -> None:
        """Queue an update, unless the bot did not ask for its kind."""
        if kind not in self.asked:
            return
        self._queue.append(Update(self._next, kind, content, self._clock()))
        self._next += 1
        self._wake()
        self.on_push()

    def ask(self, kinds: list[str] | None) -> None:
        """Choose the kinds; none given keeps the choice, an empty list means all but three."""
        if kinds is not None:
            chosen = frozenset(kind.lower() for kind in kinds) & KINDS
            self.asked = chosen or (KINDS - UNASKED)

    def pending(self, limit: int = MOST_UPDATES) -> list[Update]:
        """The oldest unconfirmed updates."""
        now = self._clock()
        alive = [update for update in self._queue if not update.expired(now)]
        if len(alive) != len(self._queue):
            self._queue = deque(alive, maxlen=MOST_UPDATES)
        return alive[:limit]

    def confirm(self, offset: int) -> None:
        """Forget what is below the offset; a negative one keeps only so many of the last."""
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while self._queue and self._queue[0].id < offset:
            self._queue.popleft()

    def clear(self) -> None:
        """Forget all."""
        self._queue.clear()

    def interrupt(self, message: str = CONFLICT) -> None:
        """End the poll that is under way with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(refusal(409, message))
        self._poll = None

    def close(self) -> None:
        """End the poll that is under way with what there is, and let none wait again."""
        self._closed = True
        self._wake()

    async def poll(
        self, offset: int, limit: int, wait: float, gone: "asyncio.Future[None]"
    ) -> list[Update]:
        """Wait for updates, until `gone` says that nobody listens any more.

        Raises:
            ApiError: 409, where a younger poll came.
        """
        self.interrupt()
        self.confirm(offset)
        ready = self.pending(limit)
        if ready or wait <= 0 or self._closed:
            return ready
        mine = self._poll = asyncio.get_running_loop().create_future()
        await asyncio.wait({mine, gone}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if self._poll is mine:
            self._poll = None
        if mine.done():
            mine.result()
        return self.pending(limit)

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
