"""Schedules as rows: claimed once, numbered once, and run only as they were agreed to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from storage import instances, schedules
from storage.schedules import Missed, Schedule

ONE = Schedule(
    bot=9,
    author=1,
    name="Olga",
    language="en",
    chat=1,
    private=True,
    thread=None,
    zone="UTC",
    times="every 1m",
    argv=("container", "ls"),
    host="nas",
    missed=Missed.RUN,
    since=0.0,
    next_at=60.0,
    reckoned_at=0.0,
)


@pytest.fixture
def one(connection: Connection) -> Schedule:
    instances.register(connection, "i", 0.0, 1e9)
    number = schedules.add(connection, ONE, each=2, here=9, most=3)
    assert number == 1
    return replace(ONE, id=number)


def only(connection: Connection) -> Schedule:
    (found,) = schedules.every(connection, 9)
    return found


def test_it_comes_back_as_it_was_stored(connection: Connection, one: Schedule) -> None:
    assert only(connection) == one
    assert schedules.every(connection, 8) == []


def test_there_is_room_for_so_many_each_and_in_all(connection: Connection, one: Schedule) -> None:
    other = replace(ONE, author=2)
    added = [schedules.add(connection, o, each=2, here=9, most=3) for o in (ONE, ONE, other, other)]
    assert added == [2, None, 3, None]


def test_there_is_room_for_so_many_in_a_chat(connection: Connection) -> None:
    there = [replace(ONE, author=author, chat=-5, private=False) for author in (1, 2, 3)]
    added = [schedules.add(connection, o, each=2, here=2, most=9) for o in (*there, ONE)]
    assert added == [1, 2, None, 3]


def test_a_number_is_never_given_twice(connection: Connection, one: Schedule) -> None:
    assert schedules.remove(connection, one.id)
    assert not schedules.remove(connection, one.id)
    assert schedules.add(connection, ONE, each=2, here=9, most=3) == 2


def test_it_is_due_at_its_time_and_when_asked(connection: Connection, one: Schedule) -> None:
    def due(now: float) -> list[int]:
        return [o.id for o in schedules.due(connection, 9, now)]

    assert (due(59.9), due(60.0)) == ([], [1])
    assert schedules.next_at(connection, 9) == 60.0
    assert schedules.pause(connection, 1)
    assert (due(60.0), schedules.next_at(connection, 9)) == ([], None)
    assert schedules.ask(connection, 1, 5.0)
    assert due(5.0) == [1]


def test_what_was_reckoned_far_ahead_is_looked_at(connection: Connection, one: Schedule) -> None:
    schedules.change(connection, one, replace(one, next_at=1e9, reckoned_at=1e9 - 60))
    assert schedules.ahead(connection, 9, 1e9) == []
    assert [o.id for o in schedules.ahead(connection, 9, 1e6)] == [1]


def test_of_two_who_claim_it_one_has_it(connection: Connection, one: Schedule) -> None:
    assert schedules.claim(connection, one, "run", 60.0, "i", 61.0, 120.0)
    assert not schedules.claim(connection, one, "run", 60.0, "i", 61.0, 120.0)
    assert not schedules.skip(connection, one, 61.0, 120.0)
    assert not schedules.ask(connection, 1, 61.0)
    found = only(connection)
    assert (found.running, found.run_at, found.next_at) == ("run", 60.0, 120.0)
    schedules.ended(connection, "run", "finished")
    assert (only(connection).running, only(connection).outcome) == (None, "finished")


def test_what_people_change_leaves_a_run_alone(connection: Connection, one: Schedule) -> None:
    schedules.claim(connection, one, "run", 60.0, "i", 61.0, 120.0)
    seen = only(connection)
    assert schedules.change(connection, seen, replace(seen, times="every 2m", next_at=180.0))
    found = only(connection)
    assert (found.times, found.next_at, found.running) == ("every 2m", 180.0, "run")
    schedules.remove(connection, 1)
    assert not schedules.change(connection, found, found)


def test_what_has_run_since_it_was_seen_is_not_due_again(
    connection: Connection, one: Schedule
) -> None:
    schedules.claim(connection, one, "run", 60.0, "i", 61.0, 120.0)
    assert not schedules.change(connection, one, replace(one, missed=Missed.REPORT))
    assert schedules.pause(connection, 1)
    found = only(connection)
    assert (found.paused, found.next_at, found.missed) == (True, 120.0, Missed.RUN)


def test_of_two_changes_at_once_one_is_made(connection: Connection, one: Schedule) -> None:
    assert schedules.change(connection, one, replace(one, host="db"))
    assert not schedules.change(connection, one, replace(one, argv=("container", "stop")))
    assert only(connection) == replace(one, host="db")


@pytest.mark.parametrize(
    "changed", [{"argv": ("volume", "ls")}, {"host": "db"}, {"zone": "Asia/Oral"}]
)
def test_what_was_changed_since_the_look_does_not_run_as_it_was(
    connection: Connection, one: Schedule, changed: dict[str, Any]
) -> None:
    schedules.change(connection, one, replace(one, **changed))
    assert not schedules.claim(connection, one, "run", 60.0, "i", 61.0, 120.0)
    assert schedules.claim(connection, only(connection), "run", 60.0, "i", 61.0, 120.0)


def test_a_chat_s_go_with_it_to_its_new_id(connection: Connection, one: Schedule) -> None:
    group = replace(ONE, chat=-5, private=False)
    schedules.add(connection, group, each=2, here=9, most=3)
    assert schedules.move(connection, 9, -5, -1005) == 1
    assert [o.chat for o in schedules.every(connection, 9)] == [one.chat, -1005]


def test_times_that_come_while_it_runs_are_counted(connection: Connection, one: Schedule) -> None:
    schedules.claim(connection, one, "run", 60.0, "i", 60.0, 120.0)
    assert schedules.skip(connection, only(connection), 120.0, 180.0)
    assert (only(connection).skipped, only(connection).next_at) == (1, 180.0)


def test_what_a_dead_one_ran_is_found_and_let_go(connection: Connection, one: Schedule) -> None:
    schedules.claim(connection, one, "run", 60.0, "i", 60.0, 120.0)
    assert schedules.left(connection, 9) == []
    instances.forget(connection, ["i"])
    assert [o.running for o in schedules.left(connection, 9)] == ["run"]
    schedules.release(connection, "run")
    free = replace(one, next_at=120.0, reckoned_at=60.0, run_at=60.0)
    assert only(connection) == replace(free, asked_at=60.0)
    assert only(connection).due_at == 60.0


def test_what_did_not_begin_is_due_also_if_it_rests(connection: Connection, one: Schedule) -> None:
    schedules.pause(connection, 1)
    schedules.ask(connection, 1, 30.0)
    schedules.claim(connection, only(connection), "run", 30.0, "i", 30.0, 60.0)
    schedules.release(connection, "run")
    assert [o.due_at for o in schedules.due(connection, 9, 40.0)] == [30.0]


def test_what_is_over_goes_in_time(connection: Connection, one: Schedule) -> None:
    schedules.add(connection, replace(ONE, next_at=None, reckoned_at=50.0), each=2, here=9, most=3)
    assert schedules.prune(connection, 50.0) == 0
    assert schedules.prune(connection, 51.0) == 1
    assert only(connection) == one


@pytest.mark.parametrize("forged", [{"author": 2}, {"argv": '["system", "prune"]'}, {"host": "db"}])
def test_what_was_changed_in_the_database_runs_nothing(
    connection: Connection, one: Schedule, forged: dict[str, object]
) -> None:
    connection.execute(schedules.schedule.update().values(forged))
    assert schedules.every(connection, 9) == []
    assert schedules.due(connection, 9, 60.0) == []
