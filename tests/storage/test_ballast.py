from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import ballast, inbox
from storage.ballast import Ballast
from storage.database import Database
from storage.errors import DiskFull
from tests.stored import count

MIB = 2**20


def test_it_is_made_once_and_occupies_what_it_says(tmp_path: Path) -> None:
    one = Ballast(tmp_path / "b", 3 * MIB + 5)
    assert one.restore()
    made = one.path.stat()
    assert made.st_size == 3 * MIB + 5
    assert one.restore()
    assert one.path.stat().st_mtime_ns == made.st_mtime_ns


def test_it_is_given_back_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = Ballast(tmp_path / "b", MIB)
    one.restore()
    assert one.release()
    assert not one.path.exists()
    assert not one.release()
    assert caplog.text.count("released") == 1


def test_it_waits_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Ballast(tmp_path / "b", MIB)
    monkeypatch.setattr(ballast, "free", lambda _: 2 * MIB - 1)
    assert not one.restore()
    assert not one.path.exists()
    monkeypatch.setattr(ballast, "free", lambda _: 2 * MIB)
    assert one.restore()


def test_one_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    one = Ballast(tmp_path / "b", MIB)
    one.path.write_bytes(b"cut off")
    assert one.restore()
    assert one.path.stat().st_size == MIB


def test_a_directory_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert not Ballast(tmp_path / "missing" / "b", MIB).restore()


def fill(connection: Connection) -> int:
    return inbox.put(connection, 1, 1, b"x" * 200_000, 0.0)


def small(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as small as it can be: full at once


def kept(db: Database) -> bool:
    return Path(f"{db.file}.ballast").exists()


async def test_a_full_disk_costs_the_ballast_and_not_the_write(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is the connection's, and a failed transaction begins again with a new one."""
    db = await Database.open(url, ballast=MIB)
    assert kept(db)
    await db.write(small)
    assert await db.write(fill)
    assert not kept(db)
    await db.write(small)
    with pytest.raises(DiskFull):
        await db.write(lambda c: inbox.put(c, 1, 2, b"x" * 200_000, 0.0))
    assert await db.read(lambda c: count(c, 1)) == 1
    await db.close()
    again = await Database.open(url, ballast=MIB)
    assert kept(again)
    await again.close()


FILLS = """
import asyncio, os, sys
from storage import audit
from storage.database import Database
from storage.errors import DiskFull

async def main():
    db = await Database.open("sqlite:///" + sys.argv[1] + "/p.db")
    with open(sys.argv[1] + "/filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    appended = 0
    try:
        while True:
            await db.write(lambda c: audit.append(c, {"note": "x" * 100_000}))
            appended += 1
    except DiskFull:
        pass
    proof = await db.read(audit.verify)
    print(appended > 50, proof.rows == appended, proof.first_bad)
    os.unlink(sys.argv[1] + "/filler")
    print(await db.write(lambda c: audit.append(c, {})) == appended + 1)
    await db.close()
    db = await Database.open("sqlite:///" + sys.argv[1] + "/p.db")
    print(os.path.getsize(sys.argv[1] + "/p.db.ballast"))
    await db.close()

asyncio.run(main())
"""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of 64 MiB in a mount namespace: the only way to a true ENOSPC."""
    mount = f'mount -t tmpfs -o size=64m none "{tmp_path}"'
    enter = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []), "sh", "-c"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*enter, mount], check=False, capture_output=True).returncode
    ):
        pytest.skip("no file system can be mounted here")
    run = [*enter, f'{mount} && exec "$@"', "sh", sys.executable, "-c", FILLS, str(tmp_path)]
    out = subprocess.run(run, capture_output=True, text=True, check=True)
    assert out.stdout == f"True True None\nTrue\n{ballast.SIZE}\n"
