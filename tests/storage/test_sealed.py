from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import sealed
from storage.errors import StorageError
from tests.storage.conftest import fresh

rows = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans())


@given(rows, rows)
def test_a_seal_holds_for_what_it_was_made_for(
    one: dict[str, object], two: dict[str, object]
) -> None:
    with fresh() as connection:
        seal = sealed.seal(connection, "t", one)
        assert sealed.holds(connection, "t", dict(reversed(one.items())), seal)
        assert not sealed.holds(connection, "u", one, seal)
        if repr(sorted(one.items())) != repr(sorted(two.items())):
            assert not sealed.holds(connection, "t", two, seal)


@pytest.mark.parametrize("found", [None, "", b"", 0, b"\x00" * 32])
def test_what_is_no_seal_does_not_hold(connection: Connection, found: object) -> None:
    assert not sealed.holds(connection, "t", {}, found)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = sealed.key_file(path)
    assert len(key) == 32
    assert sealed.key_file(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"x" * 31)
    for path in (tmp_path / "short", tmp_path / "short" / "key", tmp_path):
        with pytest.raises(StorageError):
            sealed.key_file(path)


def test_the_folder_of_a_key_is_made_and_nobody_else_s(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with pytest.raises(StorageError):
        sealed.read_key(folder / "key")
    assert not folder.exists()
    key = sealed.key_file(folder / "key")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sealed.read_key(folder / "key") == key
