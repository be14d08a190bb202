"""Keeps what is known of alerts: a change and the messages that tell of it, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from bot.watch import stored
from bot.watch.alert import Alert
from bot.watch.board import Board
from bot.watch.calendar import Silence
from bot.watch.card import Card
from bot.watch.courier import Parcel
from bot.watch.memory import Memory
from bot.watch.notice import Notice
from bot.watch.watched import Watched
from storage import alerts, happenings, outbox
from storage.alerts import Kind
from storage.database import Connection, Database
from storage.happenings import Happening

log = logging.getLogger(__name__)

T = TypeVar("T", Alert, Card, Silence, Watched)


class Ledger:
    """Reads and writes what a board and the memories of the hosts hold."""

    def __init__(
        self, database: Database, bot: int, board: Board, memories: Mapping[str, Memory]
    ) -> None:
        self._database = database
        self._bot = bot
        self._board = board
        self._memories = memories

    async def load(self, now: float) -> None:
        """Take up what the last run has left.

        Raises:
            StorageError: it can't be read now.
        """

        def read(connection: Connection) -> dict[Kind, dict[str, str]]:
            return {kind: alerts.load(connection, self._bot, kind) for kind in Kind}

        found = await self._database.read(read)
        board = self._board
        silences = _values(Silence, found[Kind.SILENCE])
        board.silences = {silence.id: silence for silence in silences}
        board.load(_values(Alert, found[Kind.ALERT]), _values(Card, found[Kind.CARD]), now)
        known = tuple(_values(Watched, found[Kind.CONTAINER]))
        for host, memory in self._memories.items():
            memory.load(one for one in known if one.subject.host == host)

    async def settle(self, now: float) -> None:
        """Learn what became of the messages of which that was not known yet.

        Raises:
            StorageError: it can't be read now.
        """
        rows = {row: card.id for card in self._board.cards.values() for row in card.open}
        if not rows:
            return
        states = await self._database.read(lambda c: outbox.states(c, rows))
        for row, id_ in sorted(rows.items()):
            card = self._board.cards.get(id_)
            if card is None:
                continue
            match states.get(row, outbox.State.FAILED):
                case outbox.State.SENT:
                    self._board.put(card.accepted(row))
                case outbox.State.SUPERSEDED:
                    self._board.put(card.dropped(row))
                case outbox.State.FAILED:
                    self._board.failed(card, row, now)

    async def store(self, told: Sequence[tuple[Notice, Parcel]], now: float) -> None:
        """Store what has changed, and what is told of it.

        Raises:
            StorageError: it can't be written now; nothing of it counts.
        """
        board = self._board
        names = {host: set(memory.changed) for host, memory in self._memories.items()}
        if not (told or board.changed or any(names.values())):
            return
        rows, past = self._rows(names), list(self._past())

        def write(connection: Connection) -> dict[str, Card]:
            cards: dict[str, Card] = {}
            for notice, parcel in told:
                card = cards.get(notice.card.id) or board.cards[notice.card.id]
                cards[card.id] = board.stored(card, notice, parcel.store(connection), now)
            for kind, bodies in rows.items():
                alerts.keep(connection, self._bot, kind, bodies)
            happenings.note(connection, past)
            bodies = {id_: None if c.done else stored.dump(c) for id_, c in cards.items()}
            alerts.keep(connection, self._bot, Kind.CARD, bodies)
            return cards

        kept = await self._database.write(write)
        for card in kept.values():
            board.put(card)
        board.changed.clear()
        for host, memory in self._memories.items():
            memory.changed -= names[host]

    def _past(self) -> Iterator[Happening]:
        """How the alerts went that have changed, for reports."""
        keys = [key for kind, key in self._board.changed if kind is Alert]
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

    def _rows(self, names: Mapping[str, set[str]]) -> dict[Kind, dict[str, str | None]]:
        """What has changed, by kind; None where there is nothing any more."""
        board = self._board
        known: Mapping[Kind, tuple[type, Mapping[str, Alert | Card | Silence]]] = {
            Kind.ALERT: (Alert, board.alerts),
            Kind.CARD: (Card, board.cards),
            Kind.SILENCE: (Silence, board.silences),
        }
        rows = {
            kind: {id_: _body(values.get(id_)) for of, id_ in board.changed if of is type_}
            for kind, (type_, values) in known.items()
        }
        containers = {
            f"{host}/{name}": _body(self._memories[host].stored(name))
            for host, changed_here in names.items()
            for name in changed_here
        }
        return {**rows, Kind.CONTAINER: containers}


def _body(value: Alert | Card | Silence | Watched | None) -> str | None:
    return None if value is None else stored.dump(value)


def _values(kind: type[T], bodies: Mapping[str, str]) -> Iterator[T]:
    """What can be read; what can't, or was written by another version, is left out and logged."""
    for id_, body in bodies.items():
        try:
            yield stored.load(kind, body)
        except ValueError as error:
            log.warning("%s %s can't be read: %s", kind.__name__, id_, error)
