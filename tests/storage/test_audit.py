from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, literal_column, select
from sqlalchemy.exc import IntegrityError

from storage import audit
from storage.errors import StorageError
from tests.storage.conftest import fresh

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def fill(connection: Connection) -> None:
    for at, actor, command, outcome, targets in (
        (1.0, 7, "container restart", "finished", ["web"]),
        (2.0, 7, "container rm", "denied", [{"name": "db", "id": "abc"}]),
        (3.0, 8, "containerd", "finished", ["web", "db"]),
        (4.0, 8, "image prune", "failed", []),
        (5.0, 7, "container restart", "started", ["100%_web"]),
    ):
        event = {"at": at, "actor": actor, "command": command, "outcome": outcome}
        audit.append(
            connection, {**event, "chat": -actor, "targets": targets, "call": f"c{at:.0f}"}
        )


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"limit": 2}, [5, 4]),
        ({"limit": 2, "before_seq": 4}, [3, 2]),
        ({"actor": 7}, [5, 2, 1]),
        ({"actor": 9}, []),
        ({"chat": -8}, [4, 3]),
        ({"command": "container restart"}, [5, 1]),
        ({"command": "container"}, [5, 2, 1]),
        ({"command": "*restart"}, [5, 1]),
        ({"command": "image ?rune"}, [4]),
        ({"command": "image%"}, []),
        ({"command": "con_ainer"}, []),
        ({"target": "web"}, [3, 1]),
        ({"target": "we"}, []),
        ({"target": "%"}, []),
        ({"target": "100%_web"}, [5]),
        ({"target": "db"}, [3, 2]),
        ({"target": "abc"}, [2]),
        ({"target": "name"}, []),
        ({"outcome": "denied"}, [2]),
        ({"calls": ["c4"]}, [4]),
        ({"calls": ["c1", "c4", "none"], "limit": None}, [4, 1]),
        ({"calls": []}, []),
        ({"since": 2.0, "until": 4.0}, [3, 2]),
        ({"actor": 7, "target": "web", "outcome": "finished"}, [1]),
    ],
)
def test_search(connection: Connection, question: dict[str, object], found: list[int]) -> None:
    fill(connection)
    assert [e.seq for e in audit.search(connection, **question)] == found  # type: ignore[arg-type] # a table of questions


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_appended_is_found_as_it_was(event: dict[str, object]) -> None:
    with fresh() as connection:
        assert audit.append(connection, event) == 1
        (found,) = audit.search(connection)
        assert found.event == {**event, "v": 1}
        assert audit.verify(connection).first_bad is None


@given(st.text(st.characters()))
def test_any_target_is_found_again(name: str) -> None:
    with fresh() as connection:
        audit.append(connection, {"targets": ["x" + name, name]})
        assert len(audit.search(connection, target=name)) == 1


def test_half_a_surrogate_pair_is_kept(connection: Connection) -> None:
    audit.append(connection, {"targets": ["\ud83d"], "note": "\udcff"})
    (found,) = audit.search(connection, target="\ud83d")
    assert found.event["note"] == "\udcff"


def test_the_bytes_are_canonical() -> None:
    body = audit.canonical({"b": [1, 2.5], "a": "ё\n"})
    assert body == '{"a":"ё\\n","b":[1,2.5],"v":1}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object()])
def test_what_has_no_json_is_refused(connection: Connection, value: object) -> None:
    with pytest.raises(StorageError):
        audit.append(connection, {"x": value})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit",
        "REPLACE INTO audit (seq, prev, hash, body) VALUES (2, x'', x'', '{}')",
        "INSERT INTO audit (seq, prev, hash, body) VALUES (0, x'', x'', '{}')",
        "INSERT INTO audit_checkpoint VALUES (3, x'00', 1.0, x'')",
        "INSERT INTO audit_checkpoint VALUES (9, x'00', 1.0, x'')",
        "UPDATE audit_head SET seq = 4",
        "UPDATE audit_head SET hash = x''",
        "DELETE FROM audit_head",
        "REPLACE INTO audit_head VALUES (1, 9, x'', x'')",
    ],
)
def test_the_past_cannot_be_changed(connection: Connection, statement: str) -> None:
    fill(connection)
    with pytest.raises(IntegrityError):
        connection.exec_driver_sql(statement)
    proof = audit.verify(connection)
    assert (proof.rows, proof.first_bad) == (5, None)


def test_what_is_older_can_be_pruned(connection: Connection) -> None:
    fill(connection)
    assert audit.prune(connection, 1.0, 9.0) == 0
    assert audit.prune(connection, 4.0, 9.0) == 3
    for statement in ("UPDATE audit_checkpoint SET seq = 9", "DELETE FROM audit_checkpoint"):
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql(statement)
    audit.append(connection, {"at": 6.0})
    proof = audit.verify(connection)
    assert (proof.rows, proof.first_bad, proof.head_seq) == (3, None, 6)
    assert audit.prune(connection, 4.0, 9.0) == 0
    assert audit.prune(connection, 6.0, 9.0) == 2
    assert audit.verify(connection).rows == 1
    with pytest.raises(IntegrityError):
        connection.exec_driver_sql("DELETE FROM audit")


def test_the_chain_goes_on_after_all_was_pruned(connection: Connection) -> None:
    fill(connection)
    assert audit.prune(connection, 9.0, 9.0) == 5
    assert audit.head(connection).seq == audit.verify(connection).head_seq == 5
    assert audit.append(connection, {}) == 6
    assert audit.verify(connection).first_bad is None


def test_what_stands_behind_a_later_time_stays(connection: Connection) -> None:
    """The clock was wrong for a while: rows go from the beginning only, and none that is new."""
    for at in (1.0, 50.0, 2.0, None, 51.0):
        audit.append(connection, {} if at is None else {"at": at})
    assert audit.prune(connection, 10.0, 60.0) == 1
    assert audit.prune(connection, 51.0, 60.0) == 3
    assert audit.verify(connection).rows == 1


def test_the_format_is_what_is_documented(connection: Connection) -> None:
    """Anyone can prove it with the three sentences of the docstring and no code of ours."""
    from hashlib import sha256  # noqa: PLC0415 - what the reader would use, close to its use

    fill(connection)
    prev = bytes(32)
    for seq, before, hash_, body in connection.exec_driver_sql(
        "SELECT seq, prev, hash, CAST(body AS BLOB) FROM audit ORDER BY seq"
    ):
        assert before == prev
        prev = sha256(before + seq.to_bytes(8, "big") + body).digest()
        assert hash_ == prev
        assert json.loads(body)["v"] == 1


def test_search_uses_its_indexes(connection: Connection) -> None:
    for column in ("actor", "chat", "outcome", "call", "command", "at"):
        search = select(audit.audit.c.seq).where(audit.audit.c[column] == literal_column("1"))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {search}")
        assert f"ix_audit_{column}" in str(plan.all())
