"""An Engine that remembers as moby does, without a socket; and time that passes when a test says.

What is tested on it is the real thing from the bytes of an answer up to what a feed tells.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import takewhile
from typing import Any, cast

from bot.hosts import faults
from bot.hosts.answer import Unexpected
from bot.hosts.events import Events
from bot.hosts.feed import Cursors, Feed
from bot.hosts.inventory import Listed
from bot.hosts.link import Link
from bot.hosts.place import Cursor
from bot.hosts.stream import Streams
from bot.hosts.subscription import Subscription
from bot.hosts.system import System
from bot.hosts.types import Event, Gap, Happening, Snapshot, Unreachable
from tests.hosts.scripted import row

NANOS = 1_000_000_000
START = 1_700_000_000


class Time:
    """Monotonic time. `pass_by` wakes what has slept long enough, and lets it do its work."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        over = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, over))
        await over

    async def pass_by(self, seconds: float = 0.0) -> None:
        end = self.now + seconds
        await self._rest()
        while due := [at for at, over in self._sleepers if at <= end and not over.done()]:
            self.now = min(due)
            for at, over in self._sleepers:
                if at <= self.now and not over.done():
                    over.set_result(None)
            self._sleepers = [s for s in self._sleepers if not s[1].done()]
            await self._rest()
        self.now = end

    async def _rest(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)


@dataclass
class _Answer:
    """As much of aiohttp's as is read."""

    headers: Mapping[str, str]
    pieces: asyncio.Queue[bytes | None]

    @property
    def content(self) -> _Answer:
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        while (piece := await self.pieces.get()) is not None:
            yield piece

    async def read(self, _most: int) -> bytes:
        return b"{}"


@dataclass
class Remembering:
    """The Engine, its link and its streams. It remembers `room` events.

    While it is `down` it refuses, while `silent` it never answers.
    """

    time: Time
    room: int = 256
    id: str = "ENGI:NE"
    down: bool = False
    silent: bool = False
    lists: int = 0
    meanwhile: Callable[[], None] | None = None  # what happens while a list is made
    rows: list[dict[str, object]] = field(default_factory=lambda: [row()])
    now: int = START * NANOS
    name: str = "nas"
    timeout: float = 10.0
    epoch: tuple[int, int] = (0, 0)
    _ring: deque[dict[str, Any]] = field(default_factory=deque)
    _open: list[asyncio.Queue[bytes | None]] = field(default_factory=list)

    def happen(
        self, number: int, after: float = 1.0, action: str = "start", kind: str = "container"
    ) -> None:
        """Something happens, so many seconds later; no two at the same nanosecond."""
        self.now += int(after * NANOS)
        actor = {"ID": "web", "Attributes": {"number": str(number)}}
        stamp = self.now + number
        raw = {"Type": kind, "Action": action, "Actor": actor, "timeNano": stamp}
        self._ring.append(raw)
        while len(self._ring) > self.room:
            self._ring.popleft()
        self.say(_line(raw))

    def say(self, line: bytes) -> None:
        """Send this to all who listen."""
        for connection in self._open:
            connection.put_nowait(line)

    def cut(self) -> None:
        """End all connections."""
        for connection in self._open:
            connection.put_nowait(None)
        self._open.clear()

    def restart(self) -> None:
        """Forget all, and end all connections."""
        self._ring.clear()
        self.cut()

    async def run(self, work: Callable[[Any], Any], **_: object) -> object:
        """What the SDK's client would have answered."""
        await self._reached()
        answer = work(self)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return answer

    def info(self) -> dict[str, object]:
        time = datetime.fromtimestamp(self.now // NANOS, UTC) + timedelta(
            microseconds=self.now % NANOS // 1000 + 1
        )
        return {"ID": self.id, "SystemTime": time.isoformat()}

    def containers(self, **_: object) -> list[dict[str, object]]:
        self.lists += 1
        if self.meanwhile:
            self.meanwhile()
        return self.rows

    @asynccontextmanager
    async def open(
        self, path: str, params: Mapping[str, str], **_: object
    ) -> AsyncIterator[_Answer]:
        """An answer: the events since a moment as moby picks them, and those that come."""
        await self._reached()
        date = datetime.fromtimestamp(self.now // NANOS, UTC)
        answer = _Answer({"Date": format_datetime(date)}, asyncio.Queue())
        if path == "/events":
            for raw in self._since(params.get("since")):
                answer.pieces.put_nowait(_line(raw))
            self._open.append(answer.pieces)
        try:
            yield answer
        except Unexpected as error:
            raise faults.translate(error, faults.Circumstance(self.name)) from error
        finally:
            with suppress(ValueError):
                self._open.remove(answer.pieces)

    def _since(self, since: str | None) -> list[dict[str, Any]]:
        if since is None:
            return []
        seconds, _, nanos = since.partition(".")
        begin = int(seconds) * NANOS + int(nanos or 0)
        found = takewhile(lambda raw: raw["timeNano"] >= begin, reversed(self._ring))
        return list(found)[::-1]

    async def _reached(self) -> None:
        await asyncio.sleep(0)
        if self.silent:
            await self.time.sleep(self.timeout)
        if self.down or self.silent:
            raise faults.cut(self.name)


def feed_of(engine: Remembering) -> Feed:
    """A new feed, as a host makes it."""
    link = cast("Link", engine)
    events = Events(link, cast("Streams", engine), engine.time.sleep)
    system = System(link, engine.time)
    return Feed(link, events, system, Listed(link), engine.time, engine.time.sleep)


@dataclass
class Kept:
    """Cursors that are kept in memory."""

    cursor: Cursor | None = None

    async def load(self) -> Cursor | None:
        return self.cursor

    async def save(self, cursor: Cursor) -> bool:
        self.cursor = cursor
        return True


class Watching:
    """A feed that runs, and one who hears all of it; `told` has what was heard."""

    def __init__(self, engine: Remembering, cursors: Cursors) -> None:
        self.feed = feed_of(engine)
        self.told: list[Happening] = []
        self._tasks = [
            asyncio.ensure_future(self._hear(self.feed.subscribe())),
            asyncio.ensure_future(self.feed.run(cursors)),
        ]

    async def _hear(self, subscription: Subscription) -> None:
        with subscription as happenings:
            async for one in happenings:
                self.told.append(one)

    async def end(self) -> None:
        for task in self._tasks[::-1]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def said(told: Iterable[Happening]) -> list[str]:
    """What was told: events by their numbers, "gap", "list", "lost"."""
    words = {Gap: "gap", Snapshot: "list", Unreachable: "lost"}
    return [
        one.attributes["number"] if isinstance(one, Event) else words[type(one)] for one in told
    ]


def _line(raw: Mapping[str, object]) -> bytes:
    return json.dumps(raw).encode() + b"\n"
