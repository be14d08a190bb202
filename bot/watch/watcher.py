"""Watches every host: takes in its feed, has the rounds looked at it, and lets in who changes it.

One round at a time: a tap waits for its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping

from bot.hosts import Host
from bot.hosts.types import Sweep
from bot.tasks import together
from bot.watch.alert import FOREVER, Alert, Owner, Restarted
from bot.watch.board import Board
from bot.watch.calendar import Maintenance
from bot.watch.condition import Native
from bot.watch.courier import Courier
from bot.watch.figures import Figures
from bot.watch.gathering import Gathering, Senses
from bot.watch.ledger import Ledger
from bot.watch.logrules import LogRules
from bot.watch.looking import Looking, labels
from bot.watch.memory import Memory
from bot.watch.place import Place
from bot.watch.probes import Probes
from bot.watch.public import Public
from bot.watch.rounds import EVERY, Rounds
from bot.watch.rulebook import Rulebook
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds until what can't be stored is tried again
_OWNED = 4 * 3600.0  # seconds for which somebody has an alert


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
        self._public = public
        self._clock = clock
        self._sleep = sleep
        self._board = Board(book.rules, public.audience)
        self._logs = LogRules(public.monotonic, sleep)
        self.probes = Probes(tuple(book.rules.values()), public.monotonic, sleep)
        self._places = {
            name: Place(
                host,
                Memory(name, labels(book)),
                host.feed.subscribe(),
                Figures(public.good, clock),
                self._logs,
            )
            for name, host in hosts.items()
        }
        memories = {name: place.memory for name, place in self._places.items()}
        self._ledger = Ledger(database, bot, self._board, memories)
        self._wake = asyncio.Event()
        senses = Senses(self._places, self._logs, self.probes)
        self._gathering = Gathering(senses, database, public.changes, clock)
        looking = Looking(book, self._board, senses)
        self._rounds = Rounds(looking, self._ledger, self._gathering, public, clock, self._wake.set)
        self._busy = self._rounds.busy

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

    def unfollowed(self, host: str) -> int:
        """How many logs of a host the rules ask for that are not followed, being too many."""
        return self._logs.left_out(host)

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
            await self._rounds.go_by_what_is_stored(self._clock())
        self._wake.set()

    def move(self, chat: int, to: int) -> None:
        """A chat has a new id: what it is told goes there."""
        self._rounds.move(chat, to)

    async def _load(self) -> None:
        while True:
            try:
                return await self._rounds.load()
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
        self._public.alive()  # from now on it is expected
        while True:
            try:
                await self._rounds.once(courier)
                if self._rounds.looking.apart.well:
                    self._public.alive()
            except StorageError as error:
                log.warning("alerts can't be stored, and are not told: %s", error)
                await self._sleep(_PAUSE)
            except Exception:
                log.exception("a round of the alerts has failed")
                await self._sleep(_PAUSE)
            await self._woken()

    async def _woken(self) -> None:
        waits = [asyncio.ensure_future(w) for w in (self._wake.wait(), self._sleep(EVERY))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self._wake.clear()


def _unwell(one: Watched, subject: Subject) -> bool:
    return one.subject == subject and one.running and one.health == "unhealthy"
