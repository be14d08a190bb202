from __future__ import annotations

from sqlalchemy import Connection

from storage import instances


def test_a_lease_ends_unless_it_is_renewed(connection: Connection) -> None:
    instances.register(connection, "a", 100.0, 30.0)
    instances.register(connection, "b", 100.0, 30.0)
    assert instances.ended(connection, 129.0) == []
    assert instances.renew(connection, "b", 120.0, 30.0)
    assert instances.ended(connection, 130.0) == ["a"]
    assert instances.others(connection, "a") == ["b"]


def test_one_that_was_taken_for_dead_is_told(connection: Connection) -> None:
    instances.register(connection, "a", 100.0, 30.0)
    instances.end(connection, ["a"])
    assert instances.ended(connection, 101.0) == ["a"]
    assert not instances.renew(connection, "a", 102.0, 30.0)
    instances.forget(connection, ["a"])
    assert not instances.renew(connection, "a", 103.0, 30.0)
    assert instances.ended(connection, 999.0) == []


def test_a_late_one_that_nobody_took_over_goes_on(connection: Connection) -> None:
    instances.register(connection, "a", 100.0, 30.0)
    assert instances.renew(connection, "a", 500.0, 30.0)
    assert instances.ended(connection, 501.0) == []


def test_an_orderly_stop_ends_it_at_once(connection: Connection) -> None:
    instances.register(connection, "a", 100.0, 30.0)
    instances.release(connection, "a")
    assert instances.ended(connection, 100.0) == ["a"]
