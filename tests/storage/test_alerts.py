"""What is kept of alerts, and the messages of their cards, for as long as those are open."""

from __future__ import annotations

from sqlalchemy import Connection

from storage import alerts, outbox, slots
from storage.alerts import Kind
from storage.outbox import Outgoing, State
from storage.slots import Slot


def test_what_is_kept_is_replaced_and_dropped(connection: Connection) -> None:
    alerts.keep(connection, 7, Kind.ALERT, {"a": "1", "b": "1"})
    alerts.keep(connection, 7, Kind.CARD, {"a": "card"})
    alerts.keep(connection, 8, Kind.ALERT, {"a": "another bot's"})
    alerts.keep(connection, 7, Kind.ALERT, {"a": "2", "b": None, "never": None})
    assert alerts.load(connection, 7, Kind.ALERT) == {"a": "2"}
    assert alerts.load(connection, 7, Kind.CARD) == {"a": "card"}
    assert alerts.load(connection, 8, Kind.ALERT) == {"a": "another bot's"}


def test_however_many_are_dropped_at_once(connection: Connection) -> None:
    """After an hour in which nothing could be stored there are more than a statement takes."""
    alerts.keep(connection, 7, Kind.ALERT, {"a": "1", "b": "1"})
    many = {str(number): None for number in range(300_000)}
    alerts.keep(connection, 7, Kind.ALERT, {**many, "a": None})
    assert alerts.load(connection, 7, Kind.ALERT) == {"b": "1"}


def test_the_message_of_an_open_card_is_not_forgotten(connection: Connection) -> None:
    alerts.keep(connection, 7, Kind.CARD, {"open": "…", "done": "…"})
    for name in ("alert:open", "alert:done"):
        slots.bind(connection, Slot(7, 42, name, 5, 1.0))
    alerts.keep(connection, 7, Kind.CARD, {"done": None})
    assert slots.prune(connection, 10.0) == 1
    assert slots.find(connection, 7, 42, "alert:open") is not None


def test_how_far_messages_got(connection: Connection) -> None:
    rows = [
        outbox.enqueue(connection, Outgoing(7, "i", 42, "{}", 1.0, slot=slot, edit=True))
        for slot in ("one", "one", "two", "three")
    ]
    outbox.sent(connection, rows[1], 5, 2.0)
    outbox.failed(connection, rows[2], "closed")
    wanted = [State.SUPERSEDED, State.SENT, State.FAILED, State.PENDING]
    assert outbox.states(connection, [*rows, 99]) == dict(zip(rows, wanted, strict=True))
