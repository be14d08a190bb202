"""One round of the alerts after another: a look, what is due of it, and both stored together.

What has changed and what is told of it are one transaction; nothing counts as told before Telegram
has accepted it. A round gives way between its steps: of thousands of alerts each takes its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.watch.alert import Evidence
from bot.watch.blind import Sight
from bot.watch.board import Board
from bot.watch.courier import Courier, Parcel
from bot.watch.gathering import Fired, Gathering
from bot.watch.ledger import Ledger
from bot.watch.letters import Letters
from bot.watch.looking import Looking
from bot.watch.notice import Notice
from bot.watch.public import Public

EVERY = 2.0  # seconds between two looks where nothing happens
_AT_ONCE = 250  # alerts whose evidence is looked up without giving way


@dataclass(slots=True)
class Rounds:
    """One at a time: whoever changes the board besides is `busy` meanwhile, and has one `wake`."""

    looking: Looking
    ledger: Ledger
    gathering: Gathering
    public: Public
    clock: Callable[[], float]
    wake: Callable[[], None]
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _sight: Sight = field(default_factory=Sight)
    _read: float | None = None
    _moves: list[tuple[int, int]] = field(default_factory=list)

    @property
    def _board(self) -> Board:
        return self.looking.board

    async def load(self) -> None:
        """Take up what the last run has left.

        Raises:
            StorageError: it can't be read now.
        """
        now = self.clock()
        await self.go_by_what_is_stored(now)
        self._sight.started(await self.ledger.load(now), now)

    def move(self, chat: int, to: int) -> None:
        """A chat has a new id: its cards follow once it is known what became of their messages."""
        self.looking.book.move(chat, to)
        self._moves.append((chat, to))
        self._read = None
        self.wake()

    async def go_by_what_is_stored(self, now: float, *, lately: float = 0.0) -> None:
        """Rules and silences are stored by whoever makes them: this program, or a script.

        Nothing is read that was within the last `lately` seconds.

        Raises:
            StorageError: they can't be read now.
        """
        if self._read is not None and 0 <= now - self._read < lately:
            return
        self._read = now
        made, self._board.silences = await self.ledger.made()
        self.looking.go_by(made, now)

    async def once(self, courier: Courier) -> None:
        """Look, and tell what is due.

        Raises:
            StorageError: it can't be stored, and is not told.
        """
        async with self.busy:
            now, board = self.clock(), self._board
            await self.go_by_what_is_stored(now, lately=EVERY)
            await self.looking.look(now)
            fresh = await self._fresh()
            await self.ledger.settle(now)
            while self._moves:
                board.deck.move(*self._moves.pop(0))
            self._sight.look(board.deck.waiting, now)
            letters = Letters(board, self.public, courier, now)
            reports = [*letters.reports(self._sight)]
            told = await _worded(letters, board.due(now))
            seen = self._sight.seen(now)
            await self.ledger.store(told, now, reports=reports, seen=seen)
            self._sight.told(now)
            board.fresh.clear()
        for parcel in (*reports, *(parcel for _, parcel in told)):
            parcel.sent()
        self.gathering.gather(fresh, self._attach)

    async def _fresh(self) -> list[Fired]:
        """What has just fired, with what is known of it without asking.

        Of a round that could not be stored it is still here, though its rule may be gone by now.
        """
        rules = self._board.rules
        alerts = filter(None, map(self._board.alerts.get, self._board.fresh))
        fresh = [Fired(alert, rules[alert.rule]) for alert in alerts if alert.rule in rules]
        for some in _parts(fresh):
            for key, found in self.looking.senses.known(some).items():
                self._board.attach(key, found)
            await asyncio.sleep(0)
        return fresh

    async def _attach(self, key: str, found: Evidence) -> None:
        """Evidence that had to be asked for."""
        async with self.busy:
            alert = self._board.alerts.get(key)
            if alert is not None:
                found = replace(found, restarted=alert.evidence.restarted)
                self._board.attach(key, found)
        self.wake()


def _parts(every: Sequence[Fired]) -> Iterator[Sequence[Fired]]:
    return (every[n : n + _AT_ONCE] for n in range(0, len(every), _AT_ONCE))


async def _worded(letters: Letters, due: Sequence[Notice]) -> list[tuple[Notice, Parcel]]:
    told = []
    for notice in due:
        told.append((notice, letters.notice(notice)))
        await asyncio.sleep(0)
    return told
