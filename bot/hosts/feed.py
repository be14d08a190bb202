"""What happens on one Engine, for all who watch it: without gaps, or saying where there is one.

Each connection subscribes, then lists: so nothing falls between the two. What an Engine does not
remember any more is told as a gap, with a new list behind it. An Engine that is down is tried
again for ever; one that is silent is noticed, since the connection that the events come on is
silent as well where nothing happens.

    with host.feed.subscribe() as happenings:
        async for one in happenings:
            match one:
                case Event(): ...        # each once
                case Gap(): ...          # some may have been missed, from … to …
                case Snapshot(): ...     # all containers, after a connection, a gap or changes
                case Unreachable(): ...  # after each try that failed
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from bot.errors import BotError, DockerFault
from bot.hosts.events import Events
from bot.hosts.faults import cut
from bot.hosts.follow import may_pass
from bot.hosts.inventory import Listed
from bot.hosts.link import Link
from bot.hosts.place import Cursor, Place
from bot.hosts.subscription import ROOM, Subscription
from bot.hosts.system import System
from bot.hosts.types import Container, Event, Gap, Happening, Snapshot, Unreachable
from bot.tasks import together

log = logging.getLogger(__name__)

_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before the next try
_BEAT = 15.0  # seconds between two questions whether the Engine is there
_SETTLES = 1.0  # seconds in which what it remembers has come
_BURST = 1.0  # seconds in which changes are gathered for one list
_LATEST = 10.0  # seconds after which a list is told although something changes all the time
_AGE = 60.0  # seconds; an Engine leaves out who reads too slowly, and tells nobody
_SAVE = 5.0  # seconds; what was told since then is told again after a kill
# What shows in no list: what runs inside a container, and what only looks at it.
_UNSEEN = ("exec_", "top", "attach", "detach", "resize", "export", "copy", "archive-path")
_LISTED = frozenset({"container", "image", "network"})


class Cursors(Protocol):
    """Keeps where a feed is to go on."""

    async def load(self) -> Cursor | None:
        """What was saved last."""

    async def save(self, cursor: Cursor) -> bool:
        """Keep it in the place of what was saved before; False if that can't be done now."""


class Feed:
    """The feed of one Engine. `clock` is monotonic, in seconds, as `sleep` takes them."""

    def __init__(
        self,
        link: Link,
        events: Events,
        system: System,
        listed: Listed,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._link = link
        self._events = events
        self._system = system
        self._listed = listed
        self._clock = clock
        self._sleep = sleep
        self._subscriptions: set[Subscription] = set()
        self._engine = ""
        self._place: Place | None = None
        self._saved: Cursor | None = None
        self._stale = asyncio.Event()
        self._touched: set[str] = set()
        # The newest list, and the epoch of the link in which it was asked for.
        self._newest: tuple[tuple[int, int], tuple[Container, ...]] | None = None

    def subscribe(self, room: int = ROOM) -> Subscription:
        """Hear all from here on; `room` bounds how much may wait, then a gap tells of the rest.

        Who subscribes before the feed runs hears all since the last run of the bot.
        """
        one = Subscription(room, self._subscriptions.discard)
        self._subscriptions.add(one)
        return one

    def newest(self) -> tuple[Container, ...] | None:
        """All containers, as they were listed in the last minute; None where that is not sure.

        It is not while the Engine can't be heard, nor once something was heard, or done through
        here, that may have changed them.
        """
        if self._newest is None or self._newest[0] != self._link.epoch:
            return None
        return self._newest[1]

    def ask(self) -> None:
        """Have a new snapshot told soon."""
        self._stale.set()

    async def run(self, cursors: Cursors) -> None:
        """Hear the Engine until cancelled, whatever it does."""
        tries = 0
        try:
            while True:
                error = await self._fault(cursors)
                self._newest = None
                tries = 1 if self._place and self._place.opened.is_set() else tries + 1
                self._tell(Unreachable(error, tries))
                await self._sleep(_PAUSES[min(tries, len(_PAUSES)) - 1])
        finally:
            await self._save(cursors)

    async def _fault(self, cursors: Cursors) -> BotError:
        """Hear one connection; what has ended it."""
        try:
            place = await self._find(cursors)
            await together(self._hear(place), self._list(place), self._beat(), self._keep(cursors))
        except BotError as error:
            return error
        except Exception:  # one Engine that answers oddly must not end the watch over all
            log.exception("%s can't be heard", self._link.name)
        return cut(self._link.name)

    async def _find(self, cursors: Cursors) -> Place:
        """Where to go on; at an Engine that was never heard: now."""
        known = self._place = self._place or await self._loaded(cursors)
        if known is not None:
            known.opened.clear()
        engine = await self._system.identity()
        if known is not None and engine == self._engine:
            known.go_back()
            return known
        now = await self._events.now()
        place = Place(None if now is None else f"{now:.9f}", sure=known is None)
        self._engine, self._place = engine, place
        return place

    async def _loaded(self, cursors: Cursors) -> Place | None:
        self._saved = await cursors.load()
        if self._saved is None:
            return None
        self._engine = self._saved.engine
        return Place.after(self._saved)

    async def _hear(self, place: Place) -> None:
        try:
            async with aclosing(self._events.stretch(place, {})) as events:
                async for one in events:
                    if isinstance(one, Gap) or _is_listed(one):
                        self._newest = None
                        self._stale.set()
                        self._touch(one)
                    self._tell(one)
        except DockerFault as error:
            if place.opened.is_set() and not may_pass(error):
                place.skip()
            raise

    async def _list(self, place: Place) -> None:
        """Tell a snapshot after the connection, after changes, and each minute: events get lost.

        Where it changes faster than it can be listed, one comes all the same, sure of the rest.
        """
        await place.opened.wait()
        await self._settle(place)
        told = self._clock()
        while True:
            self._stale.clear()
            self._touched.clear()
            asked, epoch = self._clock(), self._link.epoch
            containers = await self._listed.containers()
            sure = not self._stale.is_set()
            if sure:
                self._newest = epoch, containers
            if sure or asked - told >= _LATEST:
                self._tell(Snapshot(containers, asked, frozenset(self._touched)))
                told = asked
            await together(self._stale.wait(), self._sleep(_AGE))
            await self._sleep(_BURST)

    async def _settle(self, place: Place) -> None:
        """Wait for what the Engine remembers; where that is nothing which was heard, tell a gap."""
        if not place.sure:
            await self._sleep(_SETTLES)
        if not place.sure:
            place.sure = True
            self._tell(Gap(place.last, place.reached))

    async def _beat(self) -> None:
        while True:
            await self._sleep(_BEAT)
            await self._events.ping()

    async def _keep(self, cursors: Cursors) -> None:
        while True:
            await self._save(cursors)
            await self._sleep(_SAVE)

    async def _save(self, cursors: Cursors) -> None:
        """Keep how far all have come: a cursor is never ahead of who is behind."""
        if self._place is None:
            return
        behind = max((one.behind for one in self._subscriptions), default=0)
        cursor = self._place.cursor(self._engine, behind)
        if cursor != self._saved and await cursors.save(cursor):
            self._saved = cursor

    def _touch(self, one: Event | Gap) -> None:
        """What is listed just now may not show this yet."""
        if isinstance(one, Event) and one.type == "container":
            self._touched.add(one.id.raw)

    def _tell(self, one: Happening) -> None:
        for subscription in self._subscriptions:
            if not subscription.put(one):
                self._stale.set()  # a new list tells it what has become of what it missed


def _is_listed(event: Event) -> bool:
    """Whether it changes what a list of the containers shows."""
    return event.type in _LISTED and not event.action.raw.startswith(_UNSEEN)
