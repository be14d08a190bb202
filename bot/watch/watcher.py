"""Watches every host: takes in its feed, looks at the rules, and tells what the board says.

What has changed and what is told of it are one transaction; nothing counts as told before Telegram
has accepted it. One round at a time, a tap waits for its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.hosts import Host
from bot.hosts.subscription import Subscription
from bot.hosts.types import Event, Snapshot, Sweep, Unreachable
from bot.tasks import Tasks, together
from bot.watch import evidence
from bot.watch.alert import Owner, Reading
from bot.watch.board import FOREVER, Board
from bot.watch.calendar import Maintenance
from bot.watch.condition import Native
from bot.watch.courier import Courier, Said
from bot.watch.face import Face
from bot.watch.figures import Figures
from bot.watch.ledger import Ledger
from bot.watch.memory import Memory
from bot.watch.notice import Audience, Kind, Notice
from bot.watch.reading import readings
from bot.watch.rule import Severity
from bot.watch.rulebook import Rulebook
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_EVERY = 2.0  # seconds between two looks where nothing happens
_PAUSE = 1.0  # seconds until what can't be stored is tried again
_GATHERS = 8
_PATIENCE = 10.0  # seconds for the evidence of one alert
_OWNED = 4 * 3600.0  # seconds for which somebody has an alert


@dataclass(slots=True)
class Place:
    """A host that is watched; whether it is reachable is None until something was heard."""

    host: Host
    memory: Memory
    happenings: Subscription
    figures: Figures
    reachable: bool | None = None


@dataclass(frozen=True, slots=True)
class Public:
    """Who is told, what may be shown to a chat of a host, and which commands change anything.

    Figures are `good` for so many seconds.
    """

    audience: Callable[[], Audience]
    may_show: Callable[[int, str], bool]
    changes: Callable[[str], bool]
    good: float


class Watcher:
    """Made before the feeds run, so that it misses nothing. `clock` in seconds since the epoch."""

    def __init__(
        self,
        book: Rulebook,
        hosts: Mapping[str, Host],
        database: Database,
        bot: int,
        public: Public,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        book.take({})
        self.book = book
        self._read: float | None = None
        self._database = database
        self._public = public
        self._clock = clock
        self._sleep = sleep
        self._board = Board(book.rules, public.audience)
        self._places = {
            name: Place(
                host, Memory(name, book.labels), host.feed.subscribe(), Figures(public.good, clock)
            )
            for name, host in hosts.items()
        }
        memories = {name: place.memory for name, place in self._places.items()}
        self._ledger = Ledger(database, bot, self._board, memories)
        self._busy = asyncio.Lock()
        self._wake = asyncio.Event()
        self._gathering = Tasks("the evidence of an alert could not be gathered", _GATHERS)

    async def run(self, courier: Courier) -> None:
        """Watch until cancelled."""
        async with self._busy:
            await self._load()
        try:
            await together(self._tell(courier), *map(self._listen, self._places.values()))
        finally:
            await self._gathering.close()

    def sweeps(self, host: str) -> Callable[[Sweep], None]:
        """What takes the sweeps of a host."""
        return self._places[host].figures.take

    def host_of(self, card: str) -> str | None:
        """The host that a card is about; None if nothing on it fires any more."""
        found = self._board.cards.get(card)
        return None if found is None or found.over else found.host

    async def take(self, card: str, person: int, name: str) -> bool:
        """Somebody has what a card tells; False if nothing of it fires any more."""
        now = self._clock()
        async with self._busy:
            taken = self._board.take(card, Owner(person, name, now, now + _OWNED))
        self._wake.set()
        return bool(taken)

    async def snooze(self, card: str, seconds: float | None) -> bool:
        """Put off what a card tells, None until it is resolved; False as of `take`."""
        until = FOREVER if seconds is None else self._clock() + seconds
        async with self._busy:
            put_off = self._board.snooze(card, until)
        self._wake.set()
        return bool(put_off)

    @property
    def good(self) -> float:
        """For how many seconds a figure counts."""
        return self._public.good

    def containers(self, host: str) -> tuple[Watched, ...]:
        """What is known of the containers of a host."""
        return tuple(self._places[host].memory)

    def maintenance(self) -> tuple[Maintenance, ...]:
        """The times of maintenance that it is now."""
        now = self._clock()
        return tuple(m for m in self._public.audience().held if m.window.covers(now))

    async def reload(self) -> None:
        """Rules or silences have changed: go by them at once.

        Raises:
            StorageError: they can't be read now; they will be.
        """
        async with self._busy:
            self._read = None
            await self._go_by_what_is_stored(self._clock())
        self._wake.set()

    async def _load(self) -> None:
        while True:
            try:
                await self._go_by_what_is_stored(self._clock())
                return await self._ledger.load(self._clock())
            except StorageError as error:
                log.warning("what is known of alerts can't be read: %s", error)
            await self._sleep(_PAUSE)

    async def _listen(self, place: Place) -> None:
        """Take in what happens on a host."""
        with place.happenings as happenings:
            async for one in happenings:
                match one:
                    case Event():
                        place.memory.hear(one, self._clock())
                    case Snapshot(containers):
                        place.memory.compare(containers, self._clock())
                        if not place.reachable:
                            self._board.started(place.host.name, self._clock())
                        place.reachable = True
                    case Unreachable():
                        place.reachable = False
                self._wake.set()

    async def _tell(self, courier: Courier) -> None:
        while True:
            try:
                await self._round(courier)
            except StorageError as error:
                log.warning("alerts can't be stored, and are not told: %s", error)
                await self._sleep(_PAUSE)
            except Exception:
                log.exception("a round of the alerts has failed")
                await self._sleep(_PAUSE)
            await self._woken()

    async def _woken(self) -> None:
        waits = [asyncio.ensure_future(w) for w in (self._wake.wait(), self._sleep(_EVERY))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self._wake.clear()

    async def _round(self, courier: Courier) -> None:
        async with self._busy:
            now = self._clock()
            await self._go_by_what_is_stored(now)
            for place in self._places.values():
                self._look(place, now)
            fresh, self._board.fresh = self._board.fresh, []
            for key in fresh:
                self._attach_at_once(key)
            await self._ledger.settle(now)
            notices = self._board.due(now)
            parcels = [courier.pack(self._said(notice, now)) for notice in notices]
            await self._ledger.store(tuple(zip(notices, parcels, strict=True)), now)
        for parcel in parcels:
            parcel.sent()
        for key in fresh:
            self._gather(key)

    async def _go_by_what_is_stored(self, now: float) -> None:
        """Rules and silences are stored by whoever makes them: this program, or a script."""
        if self._read is not None and 0 <= now - self._read < _EVERY:
            return
        self._read = now
        made, self._board.silences = await self._ledger.made()
        self.book.take(made)
        self._board.adopt(self.book.rules, now, self.book.covers)
        for place in self._places.values():
            place.memory.ask_for(self.book.labels)

    def _look(self, place: Place, now: float) -> None:
        if place.reachable is None:
            return
        name = place.host.name
        rules = [r for r in self._board.rules.values() if self.book.covers(r.name, name)]
        for rule in rules:
            if rule.when is Native.UNREACHABLE:
                engine = Subject(name)
                found: Mapping[Subject, Reading] = (
                    {engine: Reading(not place.reachable)} if rule.on.fits(engine, "", {}) else {}
                )
            else:
                found = readings(
                    rule,
                    place.memory,
                    now,
                    firing=partial(self._board.firing, rule.name),
                    figures=place.figures.value,
                    reachable=place.reachable,
                )
            self._board.look(rule, name, found, now)
        missed = any(rule.when is Native.GONE for rule in rules)
        place.memory.forget(now, missed=missed)

    def _said(self, notice: Notice, now: float) -> Said:
        card = notice.card
        may_show = self._public.may_show(card.chat, card.host)
        face = Face(notice, self._board.rules, self._board.alerts, now, may_show)
        itself = notice.kind is Kind.CARD
        return Said(
            card.chat,
            face.reply(),
            slot=card.slot if itself else None,
            under=None if itself else card.slot,
            urgent=notice.severity is Severity.CRITICAL and notice.kind is not Kind.RESOLVED,
        )

    def _attach_at_once(self, key: str) -> None:
        subject = self._board.alerts[key].subject
        one = self._places[subject.host].memory.worst(subject)
        if one is not None:
            self._board.attach(key, evidence.at_once(one))

    def _gather(self, key: str) -> None:
        """Look for evidence; of many alerts at once only the first are worth that."""
        alert = self._board.alerts.get(key)
        place = self._places[alert.subject.host] if alert else None
        one = place.memory.worst(alert.subject) if alert and place else None
        if place is not None and one is not None and self._gathering.room > 0:
            self._gathering.own(self._gathered(key, place, evidence.at_once(one).container))

    async def _gathered(self, key: str, place: Place, name: str) -> None:
        one = place.memory.stored(name)
        if one is None:
            return
        async with asyncio.timeout(_PATIENCE):
            found = await evidence.gather(
                place.host, one, self._database, self._clock(), self._public.changes
            )
        async with self._busy:
            self._board.attach(key, found)
        self._wake.set()
