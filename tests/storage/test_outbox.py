from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import outbox, slots
from storage.outbox import Outgoing, State
from tests.storage.conftest import fresh

BOT = 7
ONE = Outgoing(BOT, -100, "sendMessage", '{"text": "ё"}', 10.0, buttons=("b1", "b2"))
EDIT = dataclasses.replace(ONE, method="editMessageText", slot="s", edit=True)


def waiting(connection: Connection) -> list[int]:
    return [row.id for row in outbox.pending(connection, BOT, 100)]


def state(connection: Connection, id: int) -> State:  # noqa: A002 - the field's name
    found = connection.exec_driver_sql("SELECT state FROM outbox WHERE id = ?", (id,)).scalar_one()
    return State(found)


def test_what_is_queued_is_found_as_it_was(connection: Connection) -> None:
    file = dataclasses.replace(ONE, file=b"\x00\xff", file_name="l.txt", silent=False, thread=3)
    number = outbox.enqueue(connection, file)
    assert outbox.pending(connection, BOT, 9) == [dataclasses.replace(file, id=number)]
    assert outbox.pending(connection, 8, 9) == []


def test_the_urgent_goes_first_and_then_the_oldest(connection: Connection) -> None:
    order = [outbox.enqueue(connection, dataclasses.replace(ONE, priority=p)) for p in (5, 1, 5, 0)]
    assert waiting(connection) == [order[3], order[1], order[0], order[2]]
    assert len(outbox.pending(connection, BOT, 2)) == 2


def test_what_was_sent_says_nothing_more(connection: Connection) -> None:
    number = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s", file=b"f"))
    assert slots.find(connection, "s") is None
    assert outbox.sending(connection, number, "i1")
    assert not outbox.sending(connection, number, "i1")
    outbox.sent(connection, number, 55, 12.0)
    assert slots.find(connection, "s") == slots.Slot("s", BOT, -100, 55, 12.0)
    left = connection.exec_driver_sql("SELECT payload, file, message_id, sent_at FROM outbox").one()
    assert tuple(left) == ("", None, 55, 12.0)
    assert waiting(connection) == []


def test_a_slot_follows_its_message(connection: Connection) -> None:
    for message in (55, 56):
        number = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s"))
        outbox.sent(connection, number, message, float(message))
    assert slots.find(connection, "s") == slots.Slot("s", BOT, -100, 56, 56.0)
    assert slots.prune(connection, 56.0) == 0
    assert slots.prune(connection, 57.0) == 1


def test_only_the_newest_edit_waits(connection: Connection) -> None:
    send = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s"))
    other = outbox.enqueue(connection, dataclasses.replace(EDIT, slot="t"))
    first = outbox.enqueue(connection, EDIT)
    second = outbox.enqueue(connection, EDIT)
    assert waiting(connection) == [send, other, second]
    assert state(connection, first) is State.SUPERSEDED
    assert not outbox.sending(connection, first, "i1")


def test_an_edit_on_its_way_is_not_superseded_unless_it_must_wait(connection: Connection) -> None:
    first = outbox.enqueue(connection, EDIT)
    outbox.sending(connection, first, "i1")
    second = outbox.enqueue(connection, EDIT)
    assert state(connection, first) is State.SENDING
    outbox.postpone(connection, first, 99.0)
    assert state(connection, first) is State.SUPERSEDED
    assert waiting(connection) == [second]


def test_what_must_wait_waits(connection: Connection) -> None:
    number = outbox.enqueue(connection, ONE)
    outbox.sending(connection, number, "i1")
    outbox.postpone(connection, number, 99.0)
    (row,) = outbox.pending(connection, BOT, 9)
    assert (row.not_before, row.attempts) == (99.0, 1)


def test_only_the_dead_one_s_come_back(connection: Connection) -> None:
    dead, alive, stale = (outbox.enqueue(connection, row) for row in (ONE, ONE, EDIT))
    outbox.sending(connection, dead, "dead")
    outbox.sending(connection, stale, "dead")
    outbox.sending(connection, alive, "alive")
    newest = outbox.enqueue(connection, EDIT)
    assert outbox.reclaim(connection, ["dead"]) == 2
    assert waiting(connection) == [dead, newest]
    assert state(connection, alive) is State.SENDING


def test_what_failed_is_over(connection: Connection) -> None:
    number = outbox.enqueue(connection, ONE)
    outbox.failed(connection, number, "chat not found")
    assert waiting(connection) == []
    assert state(connection, number) is State.FAILED


def test_what_is_over_is_pruned_and_its_id_not_used_again(connection: Connection) -> None:
    over, open_ = (outbox.enqueue(connection, ONE) for _ in range(2))
    newest = outbox.enqueue(connection, ONE)
    outbox.sent(connection, over, 1, 11.0)
    outbox.sent(connection, newest, 2, 11.0)
    assert outbox.prune(connection, 10.0) == 0
    assert outbox.prune(connection, 11.0) == 2
    assert waiting(connection) == [open_]
    assert outbox.enqueue(connection, ONE) > newest


@given(
    st.lists(st.sampled_from(["send", "edit", "begin", "sent", "postpone", "crash"]), max_size=25)
)
def test_the_last_word_is_never_lost(actions: list[str]) -> None:
    """Whatever happens: the newest edit of a slot is sent, or waits, or is on its way."""
    with fresh() as connection:
        newest = 0
        for action in actions:
            under_way = [
                row.id
                for row in connection.execute(outbox.outbox.select())
                if row.state == State.SENDING
            ]
            if action == "send":
                outbox.enqueue(connection, ONE)
            elif action == "edit":
                newest = outbox.enqueue(connection, EDIT)
            elif action == "begin" and (waits := waiting(connection)):
                assert outbox.sending(connection, waits[0], "i1")
            elif action == "sent" and under_way:
                outbox.sent(connection, under_way[0], 1, 1.0)
            elif action == "postpone" and under_way:
                outbox.postpone(connection, under_way[0], 9.0)
            elif action == "crash":
                outbox.reclaim(connection, ["i1"])
        if newest:
            assert state(connection, newest) in {State.PENDING, State.SENDING, State.SENT}
        edits = [row for row in outbox.pending(connection, BOT, 99) if row.edit]
        assert len(edits) <= 1
