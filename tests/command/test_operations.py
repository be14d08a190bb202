"""The running operations."""

from __future__ import annotations

from bot.command.operations import Operation, Operations


def operation(call: str = "1") -> Operation:
    return Operation(call, 1, 1, "container logs", "nas", 0.0, follows=True)


def test_an_operation_is_known_while_it_runs() -> None:
    operations, running = Operations(), operation()
    operations.add(running)
    assert (operations.get("1"), list(operations)) == (running, [running])
    operations.remove(running)
    operations.remove(running)
    assert (operations.get("1"), list(operations)) == (None, [])


def test_the_end_of_one_is_not_the_end_of_its_successor() -> None:
    operations, first, second = Operations(), operation(), operation()
    operations.add(first)
    operations.add(second)
    operations.remove(first)
    assert operations.get("1") is second


def test_operations_may_end_while_they_are_looked_at() -> None:
    operations = Operations()
    for call in "123":
        operations.add(operation(call))
    for running in operations:
        operations.remove(running)
    assert list(operations) == []


def test_a_cancelled_one_knows_by_whom() -> None:
    operations, running = Operations(), operation()
    operations.cancel(running, 7)
    assert running.cancelled.is_set()
    assert running.cancelled_by == 7
