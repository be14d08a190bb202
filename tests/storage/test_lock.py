from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import StorageError
from storage.lock import Locks

HOLDS = """
import sys, time
from pathlib import Path
from storage.lock import Locks
locks = Locks(Path(sys.argv[1]))
locks.hold("other")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_is_known_dead_at_once(tmp_path: Path) -> None:
    locks = Locks(tmp_path / "p.db")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path / "p.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert locks.dead(["other"]) == []
        with pytest.raises(StorageError):
            locks.hold("other")
        process.send_signal(signal.SIGKILL)
    assert locks.dead(["other", "unknown"]) == ["other"]
    locks.forget(["other", "unknown"])
    assert list(tmp_path.iterdir()) == []


def test_one_s_own_lock_is_alive_until_it_is_released(tmp_path: Path) -> None:
    locks = Locks(tmp_path / "p.db")
    locks.hold("a")
    assert locks.dead(["a"]) == Locks(tmp_path / "p.db").dead(["a"]) == []
    locks.forget(["a"])
    assert [path.name for path in tmp_path.iterdir()] == ["p.db.a.lock"]
    locks.release()
    assert list(tmp_path.iterdir()) == []
    locks.hold("a")
    locks.release()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a" * 65, "ё", "a\n"])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError):
        Locks(tmp_path / "p.db").hold(name)
