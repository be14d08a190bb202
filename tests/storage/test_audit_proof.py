"""Whoever can write the database file can write anything into it. The proof must notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import audit
from storage.audit import seals
from tests.storage.conftest import fresh

ROWS = 6
seqs = st.integers(1, ROWS)
values = st.binary(max_size=40) | st.text(max_size=40) | st.integers(-5, 5) | st.floats(0, 1)


@contextmanager
def unguarded() -> Iterator[Connection]:
    """A chain of six rows in a file that has lost its triggers, types and constraints."""
    with fresh() as connection:
        for number in range(ROWS):
            audit.append(connection, {"at": float(number), "targets": ["web"] * number})
        for statement in (
            "ALTER TABLE audit RENAME TO guarded",
            "CREATE TABLE audit (seq INTEGER PRIMARY KEY, prev, hash, body)",
            "INSERT INTO audit SELECT seq, prev, hash, body FROM guarded",
            "DROP TRIGGER audit_checkpoint_is_true",
            "DROP TRIGGER audit_head_only_grows",
            "DROP TRIGGER audit_head_no_delete",
        ):
            connection.exec_driver_sql(statement)
        yield connection


def cut(connection: Connection, kept: int) -> None:
    connection.exec_driver_sql("DELETE FROM audit WHERE seq > ?", (kept,))


def forge(connection: Connection, rows: int) -> None:
    """Add rows whose hashes are right, as one who does not have the key."""
    key, connection.info["key"] = connection.info["key"], b"a guess"
    for number in range(rows):
        audit.append(connection, {"forged": number})
    connection.info["key"] = key


def wrong(connection: Connection, head: audit.Head | None = None) -> tuple[int | None, str | None]:
    proof = audit.verify(connection, head)
    return proof.first_bad, proof.fault


Rows = list[tuple[int, str, bytes, str, bytes, str, bytes]]


def stored(connection: Connection) -> Rows:
    rows = connection.exec_driver_sql(
        "SELECT seq, typeof(prev), CAST(prev AS BLOB), typeof(hash), CAST(hash AS BLOB),"
        " typeof(body), CAST(body AS BLOB) FROM audit ORDER BY seq"
    )
    return [tuple(row) for row in rows]


def change(connection: Connection, seq: int, column: str, to: str, *given: object) -> None:
    statement = f"UPDATE audit SET {column} = {to} WHERE seq = {seq}"  # noqa: S608 - ours
    connection.exec_driver_sql(statement, given)


def notices(connection: Connection, before: Rows, head: audit.Head) -> bool:
    """Whether the first row that differs is the one that the proof names."""
    after = stored(connection)
    assume(after != before)
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return audit.verify(connection, head).first_bad == same + 1


@given(seqs, st.sampled_from(["prev", "hash", "body"]), values)
def test_a_changed_value(seq: int, column: str, value: object) -> None:
    with unguarded() as connection:
        before, head = stored(connection), audit.head(connection)
        change(connection, seq, column, "?", value)
        assert notices(connection, before, head)


@given(seqs, st.sampled_from(["prev", "hash", "body"]))
def test_a_changed_type(seq: int, column: str) -> None:
    """The same bytes as another type are another value: what reads them may see something else."""
    other = "BLOB" if column == "body" else "TEXT"
    with unguarded() as connection:
        before, head = stored(connection), audit.head(connection)
        change(connection, seq, column, f"CAST({column} AS {other})")
        assert notices(connection, before, head)


@given(seqs, st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_bit(seq: int, place: int, mask: int) -> None:
    with unguarded() as connection:
        before, head = stored(connection), audit.head(connection)
        body = bytearray(before[seq - 1][-1])
        body[place % len(body)] ^= mask
        change(connection, seq, "body", "CAST(? AS TEXT)", bytes(body))
        assert notices(connection, before, head)


@given(st.sets(seqs, min_size=1))
def test_removed_rows(gone: set[int]) -> None:
    with unguarded() as connection:
        before, head = stored(connection), audit.head(connection)
        for seq in gone:
            connection.exec_driver_sql("DELETE FROM audit WHERE seq = ?", (seq,))
        assert notices(connection, before, head)


@given(st.permutations(range(1, ROWS + 1)))
def test_rows_in_another_order(order: list[int]) -> None:
    with unguarded() as connection:
        before, head = stored(connection), audit.head(connection)
        connection.exec_driver_sql("UPDATE audit SET seq = -seq")
        for place, seq in enumerate(order, 1):
            connection.exec_driver_sql("UPDATE audit SET seq = ? WHERE seq = ?", (place, -seq))
        assert notices(connection, before, head)


@given(seqs)
def test_a_rewritten_end(seq: int) -> None:
    """All hashes are right, and one more row or less is no matter: the seal is of what was."""
    with unguarded() as connection:
        head = audit.head(connection)
        cut(connection, seq - 1)
        forge(connection, ROWS - seq + 1)
        assert wrong(connection) == wrong(connection, head) == (ROWS, audit.Fault.ANOTHER)
        forge(connection, 2)
        assert wrong(connection) == (ROWS, audit.Fault.ANOTHER)
        audit.append(connection, {})
        assert wrong(connection) == (ROWS, audit.Fault.ANOTHER)


def test_a_rewritten_end_does_not_fit_what_follows() -> None:
    with unguarded() as connection:
        cut(connection, 2)
        forge(connection, ROWS - 2)
        audit.append(connection, {})
        assert wrong(connection) == (ROWS + 1, audit.Fault.UNLINKED)


@given(st.integers(0, ROWS - 1))
def test_a_cut_off_end(kept: int) -> None:
    with unguarded() as connection:
        head = audit.head(connection)
        cut(connection, kept)
        proof = audit.verify(connection)
        assert proof == audit.verify(connection, head)
        assert (proof.first_bad, proof.fault) == (kept + 1, audit.Fault.CUT_OFF)
        assert (proof.head_seq, proof.rows) == (kept, kept)


@given(st.integers(0, ROWS - 1))
def test_what_was_cut_off_stays_a_gap(kept: int) -> None:
    with unguarded() as connection:
        cut(connection, kept)
        assert audit.append(connection, {}) == ROWS + 1
        assert wrong(connection) == (kept + 1, audit.Fault.LACKS)


def test_rows_that_were_added_are_told_and_hold_up_nothing() -> None:
    with unguarded() as connection:
        forge(connection, 2)
        for number in (3, 4):
            assert wrong(connection) == (ROWS + 1, audit.Fault.ADDED)
            assert audit.append(connection, {}) == ROWS + number


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)",
        "UPDATE audit_head SET seq = 'x'",
        "UPDATE audit_head SET seq = x'ff'",
        "UPDATE audit_head SET hash = CAST(hash AS TEXT)",
        "UPDATE audit_head SET seal = 'x'",
        "UPDATE audit_head SET seal = x''",
        "UPDATE audit_head SET id = 2",
        "DELETE FROM audit_head",
    ],
)
def test_a_head_that_was_changed_or_taken_away_is_not_sealed_again(statement: str) -> None:
    with unguarded() as connection:
        cut(connection, 4)
        connection.exec_driver_sql(statement)
        for number in (5, 6):
            assert audit.verify(connection).fault is audit.Fault.UNSEALED
            assert audit.append(connection, {}) == number


def test_without_the_key_nothing_is_proved(connection: Connection) -> None:
    """And what was written without it is told when it is back."""
    audit.append(connection, {})
    key, connection.info["key"] = connection.info["key"], b"another"
    assert wrong(connection) == (1, audit.Fault.UNSEALED)
    audit.append(connection, {})
    connection.info["key"] = key
    assert wrong(connection) == (2, audit.Fault.ADDED)


def test_an_older_copy_shows_against_a_head_that_was_noted_down_alone() -> None:
    with unguarded() as connection:
        old = connection.exec_driver_sql("SELECT seq, hash, seal FROM audit_head").one()
        audit.append(connection, {})
        head = audit.head(connection)
        cut(connection, ROWS)
        connection.exec_driver_sql("UPDATE audit_head SET seq = ?, hash = ?, seal = ?", tuple(old))
        assert wrong(connection) == (None, None)
        assert wrong(connection, head) == (ROWS + 1, audit.Fault.CUT_OFF)


@pytest.mark.parametrize("keep", [0, 4])
def test_rows_behind_a_checkpoint_must_stay(keep: int) -> None:
    with unguarded() as connection:
        seals.add_checkpoint(connection, audit.head(connection), 1.0)
        cut(connection, keep)
        assert audit.verify(connection).first_bad == (keep + 1 if keep else None)


def test_a_forged_checkpoint() -> None:
    with unguarded() as connection:
        connection.exec_driver_sql("INSERT INTO audit_checkpoint VALUES (3, x'00', 1.0, x'')")
        assert wrong(connection) == (3, audit.Fault.UNSEALED)
        connection.exec_driver_sql("DELETE FROM audit WHERE seq <= 3")
        assert wrong(connection) == (3, audit.Fault.UNSEALED)


def test_a_head_that_contradicts_the_seal() -> None:
    with unguarded() as connection:
        assert wrong(connection, audit.Head(ROWS, bytes(32))) == (ROWS, audit.Fault.ANOTHER)
        assert wrong(connection, audit.Head(0, b"x" * 32)) == (0, audit.Fault.ANOTHER)


def test_a_head_from_before_a_pruning_is_no_alarm(connection: Connection) -> None:
    audit.append(connection, {})
    old = audit.head(connection)
    audit.append(connection, {})
    audit.prune(connection, 1.0, 1.0)
    audit.append(connection, {})
    assert audit.verify(connection, old).first_bad is None


def test_a_chain_that_was_begun_anew() -> None:
    """All that was is gone, as after a pruning; what followed is another chain."""
    with unguarded() as connection:
        connection.exec_driver_sql("DELETE FROM audit")
        forge(connection, 1)
        assert wrong(connection) == (2, audit.Fault.CUT_OFF)
        forge(connection, ROWS)
        assert wrong(connection) == (ROWS, audit.Fault.ANOTHER)


def test_rows_that_are_no_json_are_shown_as_that(connection: Connection) -> None:
    for number in range(ROWS):
        audit.append(connection, {"command": "ps", "targets": [str(number)]})
    connection.exec_driver_sql("DROP TRIGGER audit_no_update")
    for seq, body in ((2, "x'ff'"), (3, "'[1]'"), (4, "CAST(x'ff' AS TEXT)")):
        change(connection, seq, "body", body)
    found = [entry.event for entry in audit.search(connection, before_seq=5, limit=3)]
    assert found == [{"unreadable": True}] * 3
    assert [e.seq for e in audit.search(connection, command="ps")] == [6, 5, 1]
    assert [e.seq for e in audit.search(connection, target="0")] == [1]


def test_an_empty_audit_is_whole(connection: Connection) -> None:
    proof = audit.verify(connection)
    assert (proof.rows, proof.first_bad, proof.head_seq, proof.head_hash) == (0, None, 0, bytes(32))
