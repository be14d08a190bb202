from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
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


KILLED = """
import os, sys
from itertools import count
from pathlib import Path
from storage import sealed

def killed(step, path):
    '''Make a key in a process that dies before its n-th line of that module.'''
    def trace(frame, event, _):
        nonlocal step
        if frame.f_code.co_filename != sealed.__file__:
            return None
        if event == "line":
            step -= 1
            if step == 0:
                os._exit(9)
        return trace
    child = os.fork()
    if child == 0:
        sys.settrace(trace)
        sealed.key_file(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

for step in count(1):
    path = Path(sys.argv[1], str(step), "key")
    if not killed(step, path):
        break
    key = sealed.key_file(path)
    assert len(key) == 32 and sealed.key_file(path) == key, step
print(step)
"""


def test_killed_at_any_step_there_is_a_whole_key_or_none(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, check=True
    )
    assert int(done.stdout) > 10


def test_a_full_disk_leaves_no_key_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space"):
        sealed.key_file(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_make_a_key_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, link = tmp_path / "key", os.link

    def late(draft: Path, name: Path) -> None:
        path.write_bytes(b"q" * 32)
        link(draft, name)

    monkeypatch.setattr(os, "link", late)
    assert sealed.key_file(path) == b"q" * 32
    assert list(tmp_path.iterdir()) == [path]


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
