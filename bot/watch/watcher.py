"""Watches every host: takes in its feed, looks at the rules, and tells what the board says.

What has changed and what is told of it are one transaction; nothing counts as told before Telegram
has accepted it. One round at a time, a tap waits for its end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.hosts import Host
from bot.hosts.subscription import Subscription
from bot.hosts.types import Event, Snapshot, Sweep, Unreachable
from bot.tasks import Tasks, together
from bot.watch import evidence
from bot.watch.alert import Alert, Evidence, Owner, Reading, Restarted
from bot.watch.board import FOREVER, Board
from bot.watch.condition import Logged, Native
from bot.watch.courier import Courier, Said
from bot.watch.face import Face
from bot.watch.figures import Figures
from bot.watch.healing import BUDGET, HEAL
from bot.watch.ledger import Ledger
from bot.watch.logrules import LogRules
from bot.watch.memory import Memory
from bot.watch.notice import Audience, Kind, Notice
from bot.watch.probe import Probe
from bot.watch.probes import Probes
from bot.watch.reading import readings
from bot.watch.rule import Rule, Severity
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

    Figures are `good` for so many seconds. By `monotonic` is counted what a clock that is set must
    not change.
    """

    audience: Callable[[], Audience]
    may_show: Callable[[int, str], bool]
    changes: Callable[[str], bool]
    good: float
    monotonic: Callable[[], float] = time.monotonic


class Watcher:
    """Made before the feeds run, so that it misses nothing. `clock` in seconds since the epoch."""

    def __init__(
        self,
        rules: Sequence[Rule],
        hosts: Mapping[str, Host],
        database: Database,
        bot: int,
        public: Public,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._rules = tuple(rules)
        self._database = database
        self._public = public
        self._clock = clock
        self._sleep = sleep
        self._board = Board({rule.name: rule for rule in rules}, public.audience)
        labels = {rule.on.label.partition("=")[0] for rule in rules if rule.on.label}
        labels |= {HEAL, BUDGET}
        self._places = {
            name: Place(
                host, Memory(name, labels), host.feed.subscribe(), Figures(public.good, clock)
            )
            for name, host in hosts.items()
        }
        memories = {name: place.memory for name, place in self._places.items()}
        self._ledger = Ledger(database, bot, self._board, memories)
        self._busy = asyncio.Lock()
        self._wake = asyncio.Event()
        self._logs = LogRules(public.monotonic, sleep)
        self.probes = Probes(rules, public.monotonic, sleep)
        self._gathering = Tasks("the evidence of an alert could not be gathered", _GATHERS)

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

    async def _load(self) -> None:
        while True:
            try:
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
            for place in self._places.values():
                self._look(place, now)
            self._look_at_probes(now)
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

    def _look(self, place: Place, now: float) -> None:
        if place.reachable is None:
            return
        name, logs = place.host.name, self._logs
        logs.look(place.host, self._rules, tuple(place.memory), reachable=place.reachable)
        for rule in self._rules:
            if isinstance(rule.when, Probe):
                continue
            if rule.when is Native.UNREACHABLE:
                found: Mapping[Subject, Reading] = {Subject(name): Reading(not place.reachable)}
            else:
                found = readings(
                    rule,
                    place.memory,
                    now,
                    firing=partial(self._board.firing, rule.name),
                    figures=self._figures(place, rule),
                    reachable=place.reachable,
                )
            self._board.look(rule, name, found, now)
        missed = any(rule.when is Native.GONE for rule in self._rules)
        place.memory.forget(now, missed=missed)

    def _figures(self, place: Place, rule: Rule) -> Callable[[Watched, str], float | None]:
        if isinstance(rule.when, Logged):
            return partial(self._lines, rule.name, rule.when)
        return place.figures.value

    def _lines(self, rule: str, when: Logged, one: Watched, _metric: str) -> float | None:
        return self._logs.count(rule, when, one)

    def _look_at_probes(self, now: float) -> None:
        for rule in self._rules:
            if isinstance(rule.when, Probe):
                host = rule.when.host
                found = {Subject(host, rule.name): self.probes.reading(rule.name, rule.when)}
                self._board.look(rule, host, found, now)

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
        alert = self._board.alerts[key]
        if self._probed(alert):
            self._board.attach(key, self.probes.evidence(alert.rule))
            return
        subject = alert.subject
        one = self._places[subject.host].memory.worst(subject)
        if one is not None:
            self._board.attach(key, self._with_lines(alert, evidence.at_once(one)))

    def _with_lines(self, alert: Alert, found: Evidence) -> Evidence:
        """Evidence with the lines that the alert is about, if it is about any."""
        when = self._board.rules[alert.rule].when
        if not isinstance(when, Logged):
            return found
        return self._logs.evidence(alert.rule, when, alert.subject, found)

    def _probed(self, alert: Alert) -> bool:
        return isinstance(self._board.rules[alert.rule].when, Probe)

    def _gather(self, key: str) -> None:
        """Look for evidence; of many alerts at once only the first are worth that."""
        alert = self._board.alerts.get(key)
        if alert is not None and self._probed(alert):
            return
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
            alert = self._board.alerts.get(key)
            if alert is not None:
                found = replace(found, restarted=alert.evidence.restarted)
                self._board.attach(key, self._with_lines(alert, found))
        self._wake.set()


def _unwell(one: Watched, subject: Subject) -> bool:
    return one.subject == subject and one.running and one.health == "unhealthy"
