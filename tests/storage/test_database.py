from __future__ import annotations

import asyncio
import logging
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import audit, inbox, settings
from storage.database import Database
from storage.errors import Closed, Locked, StorageError
from storage.jobs import Job
from storage.writer import Outcome, Writer
from tests import stored
from tests.storage.conftest import KEY


def event(number: int) -> dict[str, object]:
    return {"at": float(number), "command": "ps"}


async def rows(db: Database) -> int:
    return (await db.read(audit.verify)).rows


class Held:
    """A job that keeps the writer busy until it is let go."""

    def __init__(self, db: Database) -> None:
        self._begun, self.gate = threading.Event(), threading.Event()
        self.task = asyncio.create_task(db.write(self._hold))

    def _hold(self, _: Connection) -> None:
        self._begun.set()
        assert self.gate.wait(60)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, 60)

    async def let_go(self) -> None:
        self.gate.set()
        await self.task


async def held(db: Database) -> Held:
    job = Held(db)
    await job.begun()
    return job


async def test_what_is_written_is_read_by_the_next_process(db: Database, url: str) -> None:
    assert await db.write(lambda c: audit.append(c, event(1))) == 1
    other = await Database.open(url, key=KEY)
    assert await rows(other) == 1
    await other.close()


async def test_a_failing_job_takes_back_only_itself(db: Database) -> None:
    def fail(connection: Connection) -> None:
        audit.append(connection, event(0))
        raise ValueError("no")

    results = await asyncio.gather(
        db.write(lambda c: audit.append(c, event(1))),
        db.write(fail),
        db.write(lambda c: audit.append(c, event(2))),
        return_exceptions=True,
    )
    assert results[0] == 1
    assert isinstance(results[1], ValueError)
    assert results[2] == 2
    assert await rows(db) == 2


async def test_what_waits_shares_one_transaction(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the writer is busy ten jobs gather; one commit serves them all."""
    first = await held(db)
    together: list[int] = []
    run = Writer._transaction

    def counted(writer: Writer, batch: Sequence[Job[object]]) -> list[Outcome]:
        together.append(len(batch))
        return run(writer, batch)

    monkeypatch.setattr(Writer, "_transaction", counted)
    others = [asyncio.create_task(db.write(lambda c: audit.append(c, event(1)))) for _ in range(10)]
    await asyncio.sleep(0)
    await first.let_go()
    assert await asyncio.gather(*others) == list(range(1, 11))
    assert together == [10]


async def test_when_the_commit_fails_every_job_is_told(db: Database) -> None:
    """A deferred foreign key fails at the commit only, so neither job can be blamed."""
    await db.write(
        lambda c: (
            c.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)"),
            c.exec_driver_sql("CREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED)"),
        )
    )
    first = await held(db)
    bad = asyncio.create_task(db.write(lambda c: c.exec_driver_sql("INSERT INTO b VALUES (7)")))
    good = asyncio.create_task(db.write(lambda c: audit.append(c, event(1))))
    await asyncio.sleep(0)
    await first.let_go()
    told = await asyncio.gather(bad, good, return_exceptions=True)
    assert all(isinstance(one, StorageError) for one in told)
    assert await rows(db) == 0
    assert await db.write(lambda c: audit.append(c, event(1))) == 1


async def test_a_job_cannot_end_the_transaction_of_the_others(db: Database) -> None:
    with pytest.raises(StorageError):
        await db.write(Connection.commit)
    assert await db.write(lambda c: inbox.put(c, 1, 1, b"", 0.0))


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(StorageError, match="readonly"):
        await db.read(lambda c: audit.append(c, event(1)))
    assert await rows(db) == 0


async def test_errors_do_not_quote_what_was_stored(db: Database) -> None:
    secret = "hunter2"
    with pytest.raises(StorageError) as raised:
        await db.write(lambda c: c.exec_driver_sql("INSERT INTO nothing VALUES (?)", (secret,)))
    assert secret not in f"{raised.value!r} {raised.value}"


async def test_a_job_that_was_cancelled_in_the_queue_never_runs(db: Database) -> None:
    first = await held(db)
    doomed = asyncio.create_task(db.write(lambda c: audit.append(c, event(1))))
    await asyncio.sleep(0)
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    await first.let_go()
    assert await rows(db) == 0


async def test_a_database_that_another_process_holds_is_locked(url: str) -> None:
    holder = await Database.open(url, ballast=0)
    waiter = await Database.open(url, ballast=0, busy_timeout=0.01)
    first = await held(holder)
    with pytest.raises(Locked):
        await waiter.write(lambda c: audit.append(c, event(1)))
    assert await rows(waiter) == 0
    await first.let_go()
    assert await waiter.write(lambda c: audit.append(c, event(1))) == 1
    await holder.close()
    await waiter.close()


async def test_closing_does_not_wait_for_what_hangs(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    db = await Database.open(url, ballast=0)
    hung = await held(db)
    waiting = asyncio.create_task(db.write(lambda c: audit.append(c, event(1))))
    await asyncio.sleep(0)
    with caplog.at_level(logging.WARNING):
        await db.close(grace=0.01)
    assert "hang" in caplog.text
    with pytest.raises(Closed):
        await waiting
    await hung.let_go()


async def test_closed_means_closed(url: str) -> None:
    db = await Database.open(url, ballast=0)
    last = asyncio.create_task(db.write(lambda c: audit.append(c, event(1))))
    await asyncio.sleep(0)
    await db.close()
    assert await last == 1
    with pytest.raises(Closed):
        await db.read(audit.verify)
    await db.close()


async def test_only_this_user_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "one" / "two" / "pierhead.db"
    db = await Database.open(f"sqlite:///{file}")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in file.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["pierhead.db", "pierhead.db-wal", "pierhead.db-shm", "pierhead.db.ballast"], 0o600
    )
    assert {stat.S_IMODE(p.stat().st_mode) for p in file.parents[:2]} == {0o700}
    await db.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "no url", "sqlite:////dev/null/x"]
)
async def test_a_url_that_cannot_keep_anything_is_refused(url: str) -> None:
    with pytest.raises(StorageError):
        await Database.open(url)


async def test_the_queue_is_bounded_and_all_get_through(db: Database) -> None:
    first = await held(db)
    put = [
        asyncio.create_task(db.write(partial(inbox.put, bot=1, update_id=n, body=b"", now=0.0)))
        for n in range(1500)
    ]
    await asyncio.sleep(0)
    assert len(db._writes._waiting) <= 1024
    await first.let_go()
    assert all(await asyncio.gather(*put))
    assert await db.read(lambda c: stored.count(c, 1)) == 1500


async def test_settings_are_what_the_design_says(db: Database) -> None:
    def pragma(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await db.write(pragma) == ["wal", 2, 1, 1]
    assert await db.read(lambda c: settings.language(c, 1)) is None


@pytest.mark.parametrize(
    ("scheme", "driver", "why"),
    [
        ("postgresql", "psycopg", r"psycopg is not installed: pip install 'psycopg\[binary\]'"),
        ("postgresql+psycopg", "psycopg", r"pip install 'psycopg\[binary\]'"),
        ("postgresql+psycopg2", "psycopg2", "pip install 'psycopg2'"),
        ("cardfile", "", "a kind of database that is not known"),
    ],
)
async def test_a_database_without_its_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, scheme: str, driver: str, why: str
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(StorageError, match=why) as raised:
        await Database.open(f"{scheme}://me:hunter2@db.example/pierhead")
    assert "hunter2" not in f"{raised.value!r} {raised.value.__cause__!r}"


HANGS = """
import asyncio, sys, threading
from storage.database import Database

async def main():
    db = await Database.open(sys.argv[1], ballast=0)
    hung = asyncio.create_task(db.write(lambda c: threading.Event().wait()))
    await asyncio.sleep(0)
    await db.close(grace=0.01)
    hung.cancel()

asyncio.run(main())
"""


def test_a_hung_thread_does_not_keep_the_process(url: str) -> None:
    ended = subprocess.run([sys.executable, "-c", HANGS, url], timeout=30, check=False)
    assert ended.returncode == 0


def test_opening_what_is_current_does_without_alembic(url: str) -> None:
    seen = (
        "import asyncio, sys; from storage.database import Database\n"
        f"async def main(): await (await Database.open({url!r}, ballast=0)).close()\n"
        "asyncio.run(main()); asyncio.run(main()); print('alembic' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert out.stdout == "False\n"
