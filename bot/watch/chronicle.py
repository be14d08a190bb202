"""Notes what happens on a host, for reports: restarts, kills for memory, failed health checks.

And when the host was watched at all: what nobody saw, no report may call well.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.hosts.subscription import Subscription
from bot.hosts.types import Event, Gap, Snapshot
from bot.hosts.types import Happening as Heard
from bot.recent import Recent
from bot.tasks import together
from storage import happenings
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.happenings import Happening, Kind

log = logging.getLogger(__name__)

_WRITE = 300.0  # seconds between two writes
_WAITING = 1000  # happenings, while the database can't be written
_ENDED = 2000  # containers
_NAME = 128


@dataclass(slots=True)
class Chronicle:
    """Of one host. `clock` gives seconds since the epoch."""

    database: Database
    bot: int
    host: str
    heard: Subscription
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _waiting: list[Happening] = field(default_factory=list)
    _ended: Recent[str, bool] = field(default_factory=lambda: Recent(_ENDED))
    _since: float | None = None  # when this watch began, None while the Engine is silent

    async def run(self) -> None:
        """Listen and write until cancelled."""
        try:
            await together(self._listen(), self._writes())
        finally:
            await self._write()

    async def _listen(self) -> None:
        with self.heard as heard:
            async for one in heard:
                self.hear(one)

    def hear(self, one: Heard) -> None:
        """Take in what the feed tells."""
        now = self.clock()
        match one:
            case Event():
                self._event(one)
            case Snapshot():
                self._since = now if self._since is None else self._since
            case Gap():
                self._seen(now)
                self._since = now
            case _:
                self._seen(now)
                self._since = None

    def _event(self, event: Event) -> None:
        if event.type != "container":
            return
        match event.action.raw:
            case "die":
                self._ended[event.id.raw] = True
            case "start" if self._ended.pop(event.id.raw, False):
                self._note(Kind.RESTART, event)
            case "oom":
                self._note(Kind.OOM, event)
            case "health_status: unhealthy":
                self._note(Kind.UNHEALTHY, event)

    def _note(self, kind: Kind, event: Event) -> None:
        seconds, nanos = event.at
        name = event.name.raw[:_NAME]
        self._put(Happening(self.bot, self.host, kind, name, seconds + nanos / 1e9))

    def _seen(self, now: float) -> None:
        if self._since is not None and now > self._since:
            self._put(Happening(self.bot, self.host, Kind.SEEN, "", self._since, until=now))

    def _put(self, one: Happening) -> None:
        if len(self._waiting) < _WAITING:
            self._waiting.append(one)

    async def _writes(self) -> None:
        while True:
            await self.sleep(_WRITE)
            await self._write()

    async def _write(self) -> None:
        now = self.clock()
        self._seen(now)
        waiting, self._waiting = self._waiting, []
        try:
            await self.database.write(lambda c: _stored(c, waiting, now))
        except StorageError as error:
            self._waiting = (waiting + self._waiting)[:_WAITING]
            log.warning("what happened on %s can't be written: %s", self.host, error)


def _stored(connection: Connection, found: list[Happening], now: float) -> None:
    happenings.note(connection, found)
    happenings.prune(connection, now)
