from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import Connection

from storage import buttons
from storage.buttons import Button
from storage.errors import Forged

ONE = Button(
    "b1", -100, "confirm", 10.0, 100.0, person=42, argv=("rm", "wéb"), call_id="c1", plan='["p"]'
)


def test_what_was_offered_is_found(connection: Connection) -> None:
    buttons.put_many(connection, [ONE, dataclasses.replace(ONE, id="b2", inplace=True)])
    buttons.put_many(connection, [])
    assert buttons.find(connection, "b1") == ONE
    assert buttons.find(connection, "b3") is None


def test_its_life_begins_when_it_is_first_shown(connection: Connection) -> None:
    buttons.put_many(connection, [ONE, dataclasses.replace(ONE, id="b2")])
    buttons.shown(connection, ["b1"], 5, 12.0)
    buttons.shown(connection, ["b1"], 6, 13.0)
    one, two = buttons.find(connection, "b1"), buttons.find(connection, "b2")
    assert one is not None
    assert two is not None
    assert (one.message_id, one.shown_at) == (6, 12.0)
    assert (two.message_id, two.shown_at) == (None, None)


def test_it_is_used_once(connection: Connection) -> None:
    buttons.put_many(connection, [ONE])
    assert buttons.use(connection, "b1", 42, 20.0)
    assert not buttons.use(connection, "b1", 42, 21.0)
    found = buttons.find(connection, "b1")
    assert found is not None
    assert (found.used_at, found.used_by) == (20.0, 42)


@pytest.mark.parametrize(
    ("button", "person", "now"), [("b1", 7, 20.0), ("b1", 42, 100.0), ("b9", 42, 20.0)]
)
def test_it_is_not_used_by_another_or_too_late(
    connection: Connection,
    button: str,
    person: int,
    now: float,
) -> None:
    buttons.put_many(connection, [ONE])
    assert not buttons.use(connection, button, person, now)
    assert buttons.find(connection, "b1") == ONE


def test_one_for_all_is_used_by_anyone(connection: Connection) -> None:
    buttons.put_many(connection, [dataclasses.replace(ONE, person=None)])
    assert buttons.use(connection, "b1", 7, 20.0)


def test_the_buttons_of_an_operation_are_retired_together(connection: Connection) -> None:
    yes, no, other = (
        dataclasses.replace(ONE, id=name, call_id=call)
        for name, call in (("yes", "c1"), ("no", "c1"), ("other", "c2"))
    )
    buttons.put_many(connection, [yes, no, other])
    assert buttons.use(connection, "yes", 42, 20.0)
    assert buttons.retire(connection, "c1", 21.0) == 1
    assert not buttons.use(connection, "no", 42, 22.0)
    retired = buttons.find(connection, "no")
    assert retired is not None
    assert (retired.used_at, retired.used_by) == (21.0, None)
    assert buttons.use(connection, "other", 42, 22.0)


@pytest.mark.parametrize(
    "change",
    [
        "person = 7",
        "person = NULL",
        "chat = 1",
        "verb = 'run'",
        "argv = '[]'",
        "plan = '[]'",
        "host = 'prod'",
        "call_id = 'c2'",
        "expires_at = 1e9",
        "inplace = 1",
        "message_id = NULL",
        "message_id = 6",
        "shown_at = 1.0",
        "used_at = NULL",
        "used_by = NULL",
        "id = 'b2'",
    ],
)
def test_a_button_that_was_changed_in_the_database_is_none(
    connection: Connection, change: str
) -> None:
    buttons.put_many(connection, [ONE])
    buttons.shown(connection, ["b1"], 5, 12.0)
    assert buttons.use(connection, "b1", 42, 20.0)
    connection.exec_driver_sql(f"UPDATE button SET {change}")  # noqa: S608 - the table above
    with pytest.raises(Forged):
        buttons.find(connection, "b2" if change == "id = 'b2'" else "b1")


def test_what_was_changed_in_the_database_is_not_made_good(connection: Connection) -> None:
    """Neither shown nor used nor retired: each would seal it anew."""
    buttons.put_many(connection, [ONE])
    connection.exec_driver_sql("UPDATE button SET plan = '[]'")
    buttons.shown(connection, ["b1"], 5, 12.0)
    assert not buttons.use(connection, "b1", 42, 20.0)
    assert buttons.retire(connection, "c1", 20.0) == 0
    with pytest.raises(Forged):
        buttons.find(connection, "b1")


def test_what_has_expired_is_pruned(connection: Connection) -> None:
    buttons.put_many(connection, [ONE])
    assert buttons.prune(connection, 100.0) == 0
    assert buttons.prune(connection, 101.0) == 1


def test_what_was_tapped_in_time_counts_though_it_is_late_by_now(connection: Connection) -> None:
    buttons.put_many(connection, [ONE])
    assert not buttons.use(connection, "b1", 42, 101.0)
    assert not buttons.use(connection, "b1", 42, 101.0, tapped=100.5)
    assert buttons.use(connection, "b1", 42, 101.0, tapped=99.0)
