"""Notes what happens on a host, for reports: restarts, kills for memory, failed health checks.

And when a container was down, and when the host was watched at all: what nobody saw, no report may
call well.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.hosts.subscription import Subscription
from bot.hosts.types import Container, Event, Gap, Snapshot
from bot.hosts.types import Happening as Heard
from bot.message import Untrusted
from bot.recent import Recent
from bot.tasks import together
from storage import happenings
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.happenings import Happening, Kind

log = logging.getLogger(__name__)

_WRITE = 30.0  # seconds between two writes: a report is behind by no more
_WAITING = 1000  # happenings, while the database can't be written
_ENDED = 2000  # containers
_NAME = 128
_UP = frozenset({"running", "paused"})


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
    _down: dict[str, float] = field(default_factory=dict)  # since when, by name

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
                self._look(one.containers, now)
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
                self._went_down(_name(event.name), _time(event))
            case "start":
                self._came_up(_name(event.name), _time(event))
                if self._ended.pop(event.id.raw, False):
                    self._note(Kind.RESTART, event)
            case "oom":
                self._note(Kind.OOM, event)
            case "health_status: unhealthy":
                self._note(Kind.UNHEALTHY, event)

    def _look(self, containers: Sequence[Container], now: float) -> None:
        """Set right what was heard, by what there is: one that is gone is not down."""
        up = {_name(one.name): one.state in _UP for one in containers}
        self._down = {name: since for name, since in self._down.items() if name in up}
        for name, runs in up.items():
            if runs:
                self._came_up(name, now)
            else:
                self._went_down(name, now)

    def _went_down(self, name: str, at: float) -> None:
        if len(self._down) < _ENDED:
            self._down.setdefault(name, at)

    def _came_up(self, name: str, at: float) -> None:
        """One that was made anew has been away as well: it goes by the name."""
        since = self._down.pop(name, at)
        if since < at:
            self._put(Happening(self.bot, self.host, Kind.DOWN, name, since, until=at))

    def _note(self, kind: Kind, event: Event) -> None:
        self._put(Happening(self.bot, self.host, kind, _name(event.name), _time(event)))

    def _seen(self, now: float) -> None:
        if self._since is not None and now > self._since:
            self._put(Happening(self.bot, self.host, Kind.SEEN, "", self._since, until=now))

    def _going_on(self, now: float) -> Iterator[Happening]:
        """What is not over yet, as far as it has come."""
        for name, since in self._down.items():
            if self._since is not None and since < now:
                yield Happening(self.bot, self.host, Kind.DOWN, name, since, until=now)

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
        found = [*waiting, *self._going_on(now)]
        try:
            await self.database.write(lambda c: _stored(c, found, now))
        except StorageError as error:
            self._waiting = (waiting + self._waiting)[:_WAITING]
            log.warning("what happened on %s can't be written: %s", self.host, error)


def _name(name: Untrusted) -> str:
    return name.raw[:_NAME]


def _time(event: Event) -> float:
    seconds, nanos = event.at
    return seconds + nanos / 1e9


def _stored(connection: Connection, found: list[Happening], now: float) -> None:
    happenings.note(connection, found)
    happenings.prune(connection, now)
