"""Watches every host: takes in its feed, looks at the rules, and tells what the board says.

What has changed and what is told of it are one transaction; nothing counts as told before Telegram
has accepted it. One round at a time, a tap waits for its end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.hosts import Host
from bot.hosts.types import Sweep
from bot.message import Untrusted
from bot.reply import Reply, Text
from bot.tasks import together
from bot.watch.alert import FOREVER, Alert, Evidence, Owner, Restarted
from bot.watch.blind import Sight
from bot.watch.board import Board
from bot.watch.calendar import Maintenance
from bot.watch.condition import Native
from bot.watch.courier import Courier, Parcel, Said
from bot.watch.face import Face
from bot.watch.figures import Figures
from bot.watch.gathering import Fired, Gathering, Senses
from bot.watch.healing import BUDGET, HEAL
from bot.watch.ledger import Ledger
from bot.watch.logrules import LogRules
from bot.watch.memory import Memory
from bot.watch.notice import Audience, Kind, Notice
from bot.watch.place import Place
from bot.watch.probe import Probe
from bot.watch.probes import Probes
from bot.watch.rule import Severity
from bot.watch.rulebook import Rulebook
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from bot.watch.wording import verdict
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_EVERY = 2.0  # seconds between two looks where nothing happens
_PAUSE = 1.0  # seconds until what can't be stored is tried again
_OWNED = 4 * 3600.0  # seconds for which somebody has an alert


@dataclass(frozen=True, slots=True)
class Public:
    """Who is told, what may be shown to a chat of a host, and which commands change anything.

    Figures are `good` for so many seconds. `alive` is called at each look. By `monotonic` is
    counted what a clock that is set must not change.
    """

    audience: Callable[[], Audience]
    may_show: Callable[[int, str], bool]
    changes: Callable[[str], bool]
    good: float
    alive: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic


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
        self._public = public
        self._clock = clock
        self._sleep = sleep
        self._board = Board(book.rules, public.audience)
        self._logs = LogRules(public.monotonic, sleep)
        self.probes = Probes(tuple(book.rules.values()), public.monotonic, sleep)
        self._places = {
            name: Place(
                host,
                Memory(name, self._labels),
                host.feed.subscribe(),
                Figures(public.good, clock),
                self._logs,
            )
            for name, host in hosts.items()
        }
        memories = {name: place.memory for name, place in self._places.items()}
        self._ledger = Ledger(database, bot, self._board, memories)
        self._sight = Sight()
        self._busy = asyncio.Lock()
        self._wake = asyncio.Event()
        self._senses = Senses(self._places, self._logs, self.probes)
        self._gathering = Gathering(self._senses, database, public.changes, clock)

    async def run(self, courier: Courier) -> None:
        """Watch until cancelled."""
        async with self._busy:
            await self._load()
        try:
            await together(self._tell(courier), *map(self._listen, self._places.values()))
        finally:
            await self._gathering.close()
            await self._logs.close()

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

    def unwell(self) -> Iterator[tuple[Alert, Watched]]:
        """What is unhealthy, with the alert that says so, where nobody else sees to it."""
        now = self._clock()
        for alert in tuple(self._board.alerts.values()):
            rule, place = self._board.rules.get(alert.rule), self._places.get(alert.subject.host)
            told = rule is not None and rule.when is Native.UNHEALTHY
            if not told or place is None or not place.reachable:
                continue
            if self._board.unattended(alert, now):
                yield from ((alert, one) for one in place.memory if _unwell(one, alert.subject))

    async def restarted(self, key: str, since: float, told: Restarted) -> None:
        """Have the cards of an alert that has fired then tell it."""
        async with self._busy:
            if self._board.restarted(key, since, told, self._clock()):
                self._wake.set()

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

    async def move(self, chat: int, to: int) -> None:
        """A chat has a new id: what it is told goes there.

        Raises:
            StorageError: what became of its messages can't be read now.
        """
        async with self._busy:
            await self._ledger.settle(self._clock())
            self.book.move(chat, to)
            self._board.deck.move(chat, to)
        await self.reload()

    async def _load(self) -> None:
        while True:
            try:
                now = self._clock()
                await self._go_by_what_is_stored(now)
                return self._sight.started(await self._ledger.load(now), now)
            except StorageError as error:
                log.warning("what is known of alerts can't be read: %s", error)
            await self._sleep(_PAUSE)

    async def _listen(self, place: Place) -> None:
        """Take in what happens on a host."""

        def heard(started: bool) -> None:  # noqa: FBT001 - a callback's only word
            if started:
                self._board.started(place.host.name, self._clock())
            self._wake.set()

        await place.listen(self._clock, heard)

    async def _tell(self, courier: Courier) -> None:
        while True:
            self._public.alive()
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
            now, board = self._clock(), self._board
            await self._go_by_what_is_stored(now)
            for place in self._places.values():
                self._look(place, now)
            self._look_at_probes(now)
            fresh = [
                Fired(alert, board.rules[alert.rule])
                for key in board.fresh
                if (alert := board.alerts.get(key)) is not None
            ]
            for key, found in self._senses.known(fresh).items():
                board.attach(key, found)
            await self._ledger.settle(now)
            self._sight.look(board.deck.waiting, now)
            reports = [courier.pack(said) for said in self._reports(now)]
            told = [(notice, self._packed(courier, notice, now)) for notice in board.due(now)]
            seen = self._sight.seen(now)
            await self._ledger.store(told, now, reports=reports, seen=seen)
            self._sight.told(now)
            board.fresh.clear()
        for parcel in (*reports, *(parcel for _, parcel in told)):
            parcel.sent()
        self._gathering.gather(fresh, self._attach)

    async def _go_by_what_is_stored(self, now: float) -> None:
        """Rules and silences are stored by whoever makes them: this program, or a script."""
        if self._read is not None and 0 <= now - self._read < _EVERY:
            return
        self._read = now
        made, self._board.silences = await self._ledger.made()
        self.book.take(made)
        self._board.adopt(self.book.rules, now, self.book.covers)
        for place in self._places.values():
            place.memory.ask_for(self._labels)

    def _look(self, place: Place, now: float) -> None:
        if place.reachable is None:
            return
        rules = [r for r in self._board.rules.values() if self.book.covers(r.name, place.host.name)]
        self._logs.look(place.host, rules, tuple(place.memory), reachable=place.reachable)
        for rule in rules:
            if isinstance(rule.when, Probe):
                continue
            found = place.readings(rule, now, partial(self._board.firing, rule.name))
            self._board.look(rule, place.host.name, found, now)
        missed = any(rule.when is Native.GONE for rule in rules)
        place.memory.forget(now, missed=missed)

    @property
    def _labels(self) -> frozenset[str]:
        """The labels that are asked for."""
        return self.book.labels | {HEAL, BUDGET}

    def _look_at_probes(self, now: float) -> None:
        for rule in self._board.rules.values():
            if isinstance(rule.when, Probe):
                host = rule.when.host
                found = {Subject(host, rule.name): self.probes.reading(rule.name, rule.when)}
                self._board.look(rule, host, found, now)

    def _reports(self, now: float) -> Iterator[Said]:
        """That nothing could be told, or seen, and what was missed."""
        audience, off = self._public.audience(), self._sight.off(now)
        outages = {**self._sight.over, **(dict.fromkeys(audience.chats, off) if off else {})}
        for chat, outage in outages.items():
            known = [a for a in self._board.alerts.values() if audience.hears(chat, a.subject.host)]
            reply = outage.report(known)
            yield Said(chat, reply, urgent=reply.rings)

    def _packed(self, courier: Courier, notice: Notice, now: float) -> Parcel:
        """In words; if that is more than we can do, at least how bad it is and where."""
        card = notice.card
        may_show = self._public.may_show(card.chat, card.host)
        face = Face(notice, self._board.rules, self._board.alerts, now, may_show)
        try:
            return courier.pack(_said(notice, face.reply()))
        except Exception:
            log.exception("card %s can't be worded", card.id)
        bare = Text(verdict(notice.severity).having(subject=Untrusted(card.host)))
        return courier.pack(_said(notice, Reply((bare,), rings=notice.rings)))

    async def _attach(self, key: str, found: Evidence) -> None:
        async with self._busy:
            alert = self._board.alerts.get(key)
            if alert is not None:
                found = replace(found, restarted=alert.evidence.restarted)
                self._board.attach(key, found)
        self._wake.set()


def _said(notice: Notice, reply: Reply) -> Said:
    card, itself = notice.card, notice.kind is Kind.CARD
    return Said(
        card.chat,
        reply,
        slot=card.slot if itself else None,
        under=None if itself else card.slot,
        urgent=notice.severity is Severity.CRITICAL and notice.kind is not Kind.RESOLVED,
    )


def _unwell(one: Watched, subject: Subject) -> bool:
    return one.subject == subject and one.running and one.health == "unhealthy"
