"""Which message a slot is, for as long as somebody may edit it."""

from __future__ import annotations

from sqlalchemy import Connection

from storage import calls, slots
from storage.calls import Call, State
from storage.slots import Slot


def test_the_slot_of_what_still_runs_is_not_forgotten(connection: Connection) -> None:
    for name in ("runs", "ended"):
        one = Call(name, 7, "i", "container wait", ("wait",), 42, 42, 1.0, slot=f"call:{name}")
        calls.request(connection, one)
        calls.advance(connection, name, State.STARTED, now=1.0)
        slots.bind(connection, Slot(7, 42, f"call:{name}", 5, 1.0))
    calls.advance(connection, "ended", State.FINISHED, now=2.0)
    slots.bind(connection, Slot(7, 42, "update:1", 6, 1.0))
    slots.bind(connection, Slot(7, 42, "update:2", 6, 20.0))
    assert slots.prune(connection, 10.0) == 2
    left = ("call:runs", "call:ended", "update:1", "update:2")
    assert [slots.find(connection, 7, 42, name) is not None for name in left] == [1, 0, 0, 1]
    calls.advance(connection, "runs", State.CANCELLED, now=3.0)
    assert slots.prune(connection, 10.0) == 1
