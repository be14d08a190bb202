from __future__ import annotations

import dataclasses
from itertools import product

import pytest
from sqlalchemy import Connection, select

from storage import calls, instances
from storage.calls import Call, State
from storage.errors import Forged, IllegalTransition

ONE = Call("c1", 7, "i1", "container restart", ("restart", "wéb"), 42, -100, created_at=10.0)
OVER = {
    State.FINISHED,
    State.UNCHANGED,
    State.PARTIAL,
    State.FAILED,
    State.DENIED,
    State.CANCELLED,
    State.EXPIRED,
}
LEGAL = {
    State.REQUESTED: set(State) - {State.REQUESTED},
    State.AWAITING: {
        State.AWAITING,
        State.STARTED,
        State.FAILED,
        State.DENIED,
        State.CANCELLED,
        State.EXPIRED,
    },
    State.STARTED: {
        State.FINISHED,
        State.UNCHANGED,
        State.PARTIAL,
        State.FAILED,
        State.DENIED,
        State.CANCELLED,
        State.UNKNOWN,
    },
    State.UNKNOWN: {State.FINISHED, State.UNCHANGED, State.PARTIAL, State.FAILED},
    **{state: set() for state in OVER},
}


def reach(connection: Connection, state: State) -> None:
    calls.request(connection, ONE)
    if state is not State.REQUESTED:
        calls.advance(connection, "c1", state, now=11.0)


def test_a_request_is_stored_once(connection: Connection) -> None:
    assert calls.request(connection, ONE) is None
    assert calls.request(connection, dataclasses.replace(ONE, argv=("rm", "db"))) is State.REQUESTED
    calls.advance(connection, "c1", State.STARTED, now=11.0)
    assert calls.request(connection, ONE) is State.STARTED
    found = calls.get(connection, "c1")
    assert found == dataclasses.replace(ONE, state=State.STARTED, changed_at=11.0)
    assert calls.get(connection, "c2") is None


def test_the_states_of_its_parts_on_each_host_are_its_own(connection: Connection) -> None:
    assert calls.states(connection, "c1") == []
    for id_ in ("c1-nas", "c1-db", "c10"):
        calls.request(connection, dataclasses.replace(ONE, id=id_))
    calls.advance(connection, "c1-db", State.STARTED, now=11.0)
    assert set(calls.states(connection, "c1")) == {State.REQUESTED, State.STARTED}


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_transitions(connection: Connection, before: State, after: State) -> None:
    reach(connection, before)
    if after in LEGAL[before]:
        calls.advance(connection, "c1", after, now=12.0)
        expected = after
    else:
        with pytest.raises(IllegalTransition, match=before):
            calls.advance(connection, "c1", after, now=12.0)
        expected = before
    found = calls.get(connection, "c1")
    assert found is not None
    assert found.state is expected


def test_what_runs_keeps_what_it_knows_by_now(connection: Connection) -> None:
    calls.request(connection, ONE)
    calls.keep(connection, "c1", '["too early"]')
    calls.advance(connection, "c1", State.STARTED, now=11.0, targets='["a"]')
    calls.keep(connection, "c1", '["b"]')
    calls.keep(connection, "c2", '["unknown"]')
    found = calls.get(connection, "c1")
    assert found is not None
    assert (found.targets, found.state, found.changed_at) == ('["b"]', State.STARTED, 11.0)
    calls.advance(connection, "c1", State.FINISHED, now=12.0)
    calls.keep(connection, "c1", '["too late"]')
    found = calls.get(connection, "c1")
    assert found is not None
    assert found.targets == '["b"]'


def test_what_was_never_requested_does_not_start(connection: Connection) -> None:
    with pytest.raises(IllegalTransition, match="not stored"):
        calls.advance(connection, "c9", State.STARTED, now=1.0)


def test_what_becomes_known_on_the_way_is_kept(connection: Connection) -> None:
    calls.request(connection, ONE)
    calls.advance(connection, "c1", State.AWAITING, now=11.0, targets='["t"]', slot="s")
    calls.advance(connection, "c1", State.STARTED, now=12.0, instance="i2", detail="d")
    found = calls.get(connection, "c1")
    assert found is not None
    assert (found.targets, found.slot, found.instance, found.detail) == ('["t"]', "s", "i2", "d")


def test_begun_is_what_nobody_registered_works_on(connection: Connection) -> None:
    instances.register(connection, "alive", 1.0, 60.0)
    for number, (instance, state) in enumerate(product(("dead", "alive"), State)):
        one = dataclasses.replace(
            ONE, id=f"{instance}-{state}", instance=instance, created_at=number
        )
        calls.request(connection, one)
        if state is not State.REQUESTED:
            calls.advance(connection, one.id, state, now=20.0)
    assert [c.id for c in calls.begun(connection, ONE.bot)] == ["dead-started"]
    assert calls.begun(connection, ONE.bot + 1) == []


def test_what_waits_too_long_is_found(connection: Connection) -> None:
    reach(connection, State.AWAITING)
    assert calls.waiting(connection, 7, 11.0) == []
    assert calls.waiting(connection, 8, 11.5) == []
    assert [c.id for c in calls.waiting(connection, 7, 11.5)] == ["c1"]


@pytest.mark.parametrize(
    "change",
    [
        'argv = \'["rm", "db"]\'',
        "actor = 1",
        "chat = 1",
        "command = 'rm'",
        "host = 'prod'",
        "seal = 'x'",
        "context = '{\"owner\": true}'",
    ],
)
def test_an_operation_that_was_changed_in_the_database_does_not_run(
    connection: Connection, change: str
) -> None:
    calls.request(connection, ONE)
    connection.exec_driver_sql(f"UPDATE call SET {change}")  # noqa: S608 - the table above
    with pytest.raises(Forged):
        calls.get(connection, "c1")


def test_only_what_is_over_is_pruned(connection: Connection) -> None:
    for state in State:
        calls.request(connection, dataclasses.replace(ONE, id=state.value))
        if state is not State.REQUESTED:
            calls.advance(connection, state.value, state, now=11.0)
    assert calls.prune(connection, 11.0) == 0
    assert calls.prune(connection, 12.0) == len(OVER | {State.UNKNOWN})
    assert calls.get(connection, "started") is not None


def test_what_is_unknown_is_begun_again_once_its_instance_is_dead(connection: Connection) -> None:
    every = select(calls.call.c.id)
    instances.register(connection, "i1", 10.0, 30.0)
    reach(connection, State.STARTED)
    assert calls.unknown(connection, 7, every) == []
    calls.advance(connection, "c1", State.UNKNOWN, now=12.0)
    assert calls.unknown(connection, 7, every) == []
    instances.forget(connection, ["i1"])
    assert [row.id for row in calls.unknown(connection, 7, every)] == ["c1"]
    assert calls.unknown(connection, 7, every.where(calls.call.c.id == "c2")) == []
    calls.reopen(connection, "c1", "i2", 13.0)
    found = calls.get(connection, "c1")
    assert found is not None
    assert (found.state, found.instance, found.changed_at) == (State.STARTED, "i2", 13.0)


@pytest.mark.parametrize("state", [State.REQUESTED, State.FINISHED])
def test_only_what_is_unknown_is_begun_again(connection: Connection, state: State) -> None:
    reach(connection, state)
    calls.reopen(connection, "c1", "i2", 13.0)
    found = calls.get(connection, "c1")
    assert found is not None
    assert (found.state, found.instance) == (state, "i1")
