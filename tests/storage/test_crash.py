from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from storage import audit
from storage.database import Database
from tests.stored import updates

WRITES = """
import asyncio, sys
from storage import audit, inbox
from storage.database import Database

async def main():
    db = await Database.open(sys.argv[1], ballast=0)
    db.locks.hold("doomed")
    async def one(n):
        def job(c):
            inbox.put(c, 1, n, b"x" * 5000, 0.0)
            return audit.append(c, {"at": float(n), "update": n})
        await db.write(job)
        print(n, flush=True)
    n = 0
    while True:
        await asyncio.gather(*(one(n + i) for i in range(5)))
        n += 5

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 23, 60])
async def test_what_was_said_to_be_stored_survives_a_kill(url: str, after: int) -> None:
    said = await asyncio.to_thread(said_before_the_kill, url, after)
    db = await Database.open(url, ballast=0)
    proof = await db.read(audit.verify)
    stored = {row.update_id for row in await db.read(lambda c: updates(c, 1))}
    assert proof.first_bad is None
    assert set(said) <= stored
    assert proof.rows == len(stored)
    assert db.locks is not None
    assert db.locks.dead(["doomed"]) == ["doomed"]
    await db.close()


def said_before_the_kill(url: str, after: int) -> list[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, url], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        said += [int(line) for line in process.stdout if line.endswith("\n")]
    return said
