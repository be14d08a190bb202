"""Keeps what is known of alerts: a change and the messages that tell of it, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.watch import stored
from bot.watch.alert import Alert
from bot.watch.board import Board
from bot.watch.calendar import Silence
from bot.watch.card import Card
from bot.watch.courier import Parcel
from bot.watch.memory import Memory
from bot.watch.notice import Notice
from bot.watch.subject import NOWHERE
from bot.watch.watched import Watched
from storage import alerts, happenings, outbox, rules
from storage.alerts import Kind
from storage.database import Connection, Database
from storage.happenings import Happening
from storage.rules import Made

log = logging.getLogger(__name__)

_SEEN = "watch"
_LOADED = (Kind.ALERT, Kind.CARD, Kind.CONTAINER, Kind.SEEN)

T = TypeVar("T", Alert, Card, Silence, Watched)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What was changed: of the board by kind and key, and the names of containers by host."""

    board: frozenset[tuple[type, str]]
    names: Mapping[str, set[str]]


class Ledger:
    """Reads and writes what a board and the memories of the hosts hold."""

    def __init__(
        self, database: Database, bot: int, board: Board, memories: Mapping[str, Memory]
    ) -> None:
        self._database = database
        self._bot = bot
        self._board = board
        self._memories = memories

    async def load(self, now: float) -> float | None:
        """Take up what the last run has left; when it ran last.

        Raises:
            StorageError: it can't be read now.
        """

        def read(connection: Connection) -> dict[Kind, dict[str, str]]:
            return {kind: alerts.load(connection, self._bot, kind) for kind in _LOADED}

        found = await self._database.read(read)
        board = self._board
        firing, cards = _values(Alert, found[Kind.ALERT]), _values(Card, found[Kind.CARD])
        board.load(firing, cards, now, {*self._memories, NOWHERE})
        known = tuple(_values(Watched, found[Kind.CONTAINER]))
        for host, memory in self._memories.items():
            memory.load(one for one in known if one.subject.host == host)
        return _time(found[Kind.SEEN].get(_SEEN))

    async def made(self) -> tuple[Mapping[str, Made], dict[str, Silence]]:
        """The rules and the silences that people and scripts have stored, by names and ids.

        Raises:
            StorageError: it can't be read now.
        """

        def read(connection: Connection) -> tuple[Mapping[str, Made], Mapping[str, str]]:
            silences = alerts.load(connection, self._bot, Kind.SILENCE)
            return rules.every(connection, self._bot), silences

        made, bodies = await self._database.read(read)
        return made, {silence.id: silence for silence in _values(Silence, bodies)}

    async def settle(self, now: float) -> None:
        """Learn what became of the messages of which that was not known yet.

        Raises:
            StorageError: it can't be read now.
        """
        rows = {row for card in self._board.cards.values() for row in card.open}
        if rows:
            states = await self._database.read(lambda c: outbox.states(c, rows))
            self._board.deck.settle(states, now)

    async def store(
        self,
        told: Sequence[tuple[Notice, Parcel]],
        now: float,
        *,
        reports: Sequence[Parcel] = (),
        seen: float | None = None,
    ) -> None:
        """Store what has changed, what is told of it and besides, and when that was `seen`.

        Raises:
            StorageError: it can't be written now; nothing of it counts.
        """
        board, changes = self._board, self._changes()
        if not (told or reports or seen or changes.board or any(changes.names.values())):
            return

        def write(connection: Connection) -> dict[str, Card]:
            # Thousands of them take a while to put down: here that holds up nobody.
            rows = self._rows(changes)
            if seen is not None:
                rows[Kind.SEEN] = {_SEEN: repr(seen)}
            cards: dict[str, Card] = {}
            for notice, parcel in told:
                card = cards.get(notice.card.id) or board.cards[notice.card.id]
                cards[card.id] = board.stored(card, notice, parcel.store(connection), now)
            for report in reports:
                report.store(connection)
            for kind, bodies in rows.items():
                alerts.keep(connection, self._bot, kind, bodies)
            happenings.note(connection, list(self._past(changes)))
            bodies = {id_: None if c.done else stored.dump(c) for id_, c in cards.items()}
            alerts.keep(connection, self._bot, Kind.CARD, bodies)
            return cards

        try:
            kept = await self._database.write(write)
        except BaseException:
            self._still(changes)
            raise
        for card in kept.values():
            board.put(card)
            board.changed.discard((Card, card.id))

    def _past(self, changes: _Changes) -> Iterator[Happening]:
        """How the alerts went that have changed, for reports."""
        keys = [key for kind, key in changes.board if kind is Alert]
        for alert in filter(None, map(self._board.alerts.get, keys)):
            if alert.fires and (alert.firing or alert.ended is not None):
                yield Happening(
                    self._bot,
                    alert.subject.host,
                    happenings.Kind.ALERT,
                    alert.subject.name,
                    alert.fires[-1],
                    alert.rule,
                    taken=alert.owner.since if alert.owner else None,
                    until=None if alert.firing else alert.ended,
                )

    def _changes(self) -> _Changes:
        """What is to be stored; what changes while that is done is for the next time."""
        names = {host: set(memory.changed) for host, memory in self._memories.items()}
        changes = _Changes(frozenset(self._board.changed), names)
        self._board.changed.clear()
        for memory in self._memories.values():
            memory.changed.clear()
        return changes

    def _still(self, changes: _Changes) -> None:
        """It was not stored."""
        self._board.changed |= changes.board
        for host, names in changes.names.items():
            self._memories[host].changed |= names

    def _rows(self, changes: _Changes) -> dict[Kind, dict[str, str | None]]:
        """What has changed, by kind; None where there is nothing any more."""
        board = self._board
        known: Mapping[Kind, tuple[type, Mapping[str, Alert | Card | Silence]]] = {
            Kind.ALERT: (Alert, board.alerts),
            Kind.CARD: (Card, board.cards),
            Kind.SILENCE: (Silence, board.silences),
        }
        rows = {
            kind: {id_: _body(values.get(id_)) for of, id_ in changes.board if of is type_}
            for kind, (type_, values) in known.items()
        }
        containers = {
            f"{host}/{name}": _body(self._memories[host].stored(name))
            for host, changed_here in changes.names.items()
            for name in changed_here
        }
        return {**rows, Kind.CONTAINER: containers}


def _body(value: Alert | Card | Silence | Watched | None) -> str | None:
    return None if value is None else stored.dump(value)


def _time(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _values(kind: type[T], bodies: Mapping[str, str]) -> Iterator[T]:
    """What can be read; what can't, or was written by another version, is left out and logged."""
    for id_, body in bodies.items():
        try:
            yield stored.load(kind, body)
        except ValueError as error:
            log.warning("%s %s can't be read: %s", kind.__name__, id_, error)
