from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import instances, outbox, slots
from storage.outbox import Outgoing, State
from tests.storage.conftest import fresh

BOT, ME = 7, "me"
ONE = Outgoing(BOT, ME, -100, '{"text": "ё"}', 10.0)
EDIT = dataclasses.replace(ONE, slot="s", edit=True)


def waiting(connection: Connection, instance: str = ME) -> list[int]:
    return [row.id for row in outbox.pending(connection, BOT, instance, 100)]


def state(connection: Connection, id: int) -> State:  # noqa: A002 - the field's name
    found = connection.exec_driver_sql("SELECT state FROM outbox WHERE id = ?", (id,)).scalar_one()
    return State(found)


def test_what_is_queued_is_found_as_it_was_by_who_is_to_send_it(connection: Connection) -> None:
    file = dataclasses.replace(ONE, file=b"\x00\xff", file_name="l.txt", silent=False, thread=3)
    number = outbox.enqueue(connection, file)
    assert outbox.pending(connection, BOT, ME, 9) == [dataclasses.replace(file, id=number)]
    assert outbox.pending(connection, 8, ME, 9) == []
    assert outbox.pending(connection, BOT, "another", 9) == []


FULL = dataclasses.replace(EDIT, thread=3, file=b"f", file_name="l.txt", reply_to=4)


@pytest.mark.parametrize(
    "change",
    [
        "chat = -200",
        "thread = NULL",
        "slot = 't'",
        "edit = 0",
        "priority = 0",
        "payload = '{}'",
        "file = x'00'",
        "file = NULL",
        "file_name = 'm.txt'",
        "reply_to = 5",
        "silent = 0",
        "created_at = 11.0",
        "seal = x''",
    ],
)
def test_what_was_changed_in_the_database_is_told_of_once_and_not_sent(
    connection: Connection, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    forged = outbox.enqueue(connection, FULL)
    connection.exec_driver_sql(f"UPDATE outbox SET {change}")  # noqa: S608 - the table above
    genuine = outbox.enqueue(connection, ONE)
    for _ in range(2):
        assert [row.id for row in outbox.pending(connection, BOT, ME, 1)] == [genuine]
    assert state(connection, forged) is State.FAILED
    assert caplog.messages == [f"message {forged} was changed in the database, and is not sent"]


def test_the_urgent_goes_first_and_then_the_oldest(connection: Connection) -> None:
    order = [outbox.enqueue(connection, dataclasses.replace(ONE, priority=p)) for p in (5, 1, 5, 0)]
    assert waiting(connection) == [order[3], order[1], order[0], order[2]]
    assert len(outbox.pending(connection, BOT, ME, 2)) == 2


def test_what_was_sent_says_nothing_more(connection: Connection) -> None:
    number = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s", file=b"f"))
    assert slots.find(connection, BOT, -100, "s") is None
    outbox.sent(connection, number, 55, 12.0)
    assert slots.find(connection, BOT, -100, "s") == slots.Slot(BOT, -100, "s", 55, 12.0)
    left = connection.exec_driver_sql("SELECT payload, file FROM outbox").one()
    assert tuple(left) == ("", None)
    assert waiting(connection) == []


def test_a_slot_follows_its_message(connection: Connection) -> None:
    for message in (55, 56):
        number = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s"))
        outbox.sent(connection, number, message, float(message))
    assert slots.find(connection, BOT, -100, "s") == slots.Slot(BOT, -100, "s", 56, 56.0)
    assert slots.prune(connection, 56.0) == 0
    assert slots.prune(connection, 57.0) == 1


def test_only_the_newest_edit_waits(connection: Connection) -> None:
    send = outbox.enqueue(connection, dataclasses.replace(ONE, slot="s"))
    other = outbox.enqueue(connection, dataclasses.replace(EDIT, slot="t"))
    first = outbox.enqueue(connection, EDIT)
    second = outbox.enqueue(connection, EDIT)
    assert waiting(connection) == [send, other, second]
    assert state(connection, first) is State.SUPERSEDED


def test_what_is_called_the_same_in_another_chat_or_by_another_bot_is_another(
    connection: Connection,
) -> None:
    """`message:7` is there in every chat."""
    both = [
        dataclasses.replace(EDIT, chat=-100),
        dataclasses.replace(EDIT, chat=-200),
        dataclasses.replace(EDIT, bot=8),
    ]
    numbers = [outbox.enqueue(connection, one) for one in both]
    for message, number in enumerate(numbers):
        assert state(connection, number) is State.PENDING
        outbox.sent(connection, number, message, 1.0)
    for message, one in enumerate(both):
        found = slots.find(connection, one.bot, one.chat, "s")
        assert found is not None
        assert found.message_id == message


def test_an_edit_that_was_superseded_on_its_way_still_arrives(connection: Connection) -> None:
    first = outbox.enqueue(connection, EDIT)
    second = outbox.enqueue(connection, EDIT)
    outbox.sent(connection, first, 55, 12.0)
    assert slots.find(connection, BOT, -100, "s") == slots.Slot(BOT, -100, "s", 55, 12.0)
    assert waiting(connection) == [second]


def test_what_is_no_longer_known_can_be_accepted(connection: Connection) -> None:
    """An edit that was superseded on its way may be pruned before Telegram has taken it."""
    outbox.sent(connection, 99, 55, 12.0)
    assert connection.execute(outbox.outbox.select()).all() == []


def test_only_what_the_ended_left_is_taken_over(connection: Connection) -> None:
    """Those that live are registered; another bot's rows wait for a start of that bot."""
    for name in (ME, "alive"):
        instances.register(connection, name, 0.0, 1e9)
    left, over = (
        outbox.enqueue(connection, dataclasses.replace(ONE, instance="dead")) for _ in range(2)
    )
    outbox.sent(connection, over, 1, 1.0)
    others = [
        outbox.enqueue(connection, dataclasses.replace(ONE, bot=bot, instance=name))
        for bot, name in ((BOT, "alive"), (8, "dead"))
    ]
    assert outbox.reclaim(connection, BOT, ME) == 1
    assert waiting(connection) == [left]
    assert waiting(connection, "alive") == others[:1]
    assert [row.id for row in outbox.pending(connection, 8, "dead", 9)] == others[1:]


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


@given(st.lists(st.sampled_from(["send", "edit", "sent", "failed", "kill"]), max_size=25))
def test_the_last_word_is_never_lost(actions: list[str]) -> None:
    """Whatever happens: the newest edit of a slot is over, or waits for the one who lives."""
    with fresh() as connection:
        newest, starts = 0, 1
        instances.register(connection, "1", 0.0, 1e9)
        for action in actions:
            waits = waiting(connection, str(starts))
            if action == "send":
                outbox.enqueue(connection, dataclasses.replace(ONE, instance=str(starts)))
            elif action == "edit":
                newest = outbox.enqueue(connection, dataclasses.replace(EDIT, instance=str(starts)))
            elif action == "sent" and waits:
                outbox.sent(connection, waits[0], 1, 1.0)
            elif action == "failed" and waits:
                outbox.failed(connection, waits[0], "blocked")
            elif action == "kill":
                instances.forget(connection, [str(starts)])
                starts += 1
                instances.register(connection, str(starts), 0.0, 1e9)
                outbox.reclaim(connection, BOT, str(starts))
                assert waiting(connection, str(starts)) == waits
        waits = waiting(connection, str(starts))
        assert not newest or state(connection, newest) is not State.SUPERSEDED
        assert not newest or (newest in waits) == (state(connection, newest) is State.PENDING)
        edits = [row for row in outbox.pending(connection, BOT, str(starts), 99) if row.edit]
        assert len(edits) <= 1


def test_what_waits_for_a_chat_that_gets_a_new_id_is_the_same_row(connection: Connection) -> None:
    number = outbox.enqueue(connection, FULL)
    outbox.move(connection, number, -300, "s")
    (found,) = outbox.pending(connection, BOT, ME, 9)
    there = dataclasses.replace(FULL, id=number, chat=-300, thread=None, reply_to=None)
    assert found == there


def test_what_was_forged_is_not_made_genuine_by_a_move(connection: Connection) -> None:
    number = outbox.enqueue(connection, FULL)
    connection.exec_driver_sql("UPDATE outbox SET payload = 'x'")
    outbox.move(connection, number, -300, "s")
    assert outbox.pending(connection, BOT, ME, 9) == []
    assert state(connection, number) is State.FAILED
