from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from sqlalchemy import Connection

from storage import inbox, instances
from storage.database import Database
from tests.stored import updates

BOT = 7


def ids(rows: list[inbox.Stored]) -> list[int]:
    return [row.update_id for row in rows]


def test_what_comes_twice_is_stored_once(connection: Connection) -> None:
    assert inbox.put(connection, BOT, 1, b"first", 10.0)
    assert not inbox.put(connection, BOT, 1, b"again", 11.0)
    assert inbox.put(connection, 8, 1, b"another bot's", 12.0)
    (row,) = updates(connection, BOT)
    assert row == inbox.Stored(1, b"first", 10.0, inbox.State.NEW, None, 0)


def test_the_oldest_are_taken_first(connection: Connection) -> None:
    for update_id, at in ((5, 1.0), (4, 2.0), (9, 2.0), (1, 3.0)):
        inbox.put(connection, BOT, update_id, b"", at)
    assert ids(inbox.take(connection, BOT, "a", 4.0, 3)) == [5, 4, 9]
    assert ids(inbox.take(connection, BOT, "b", 4.0, 3)) == [1]
    assert inbox.take(connection, BOT, "b", 4.0, 3) == []


def test_done_is_known_but_says_nothing_more(connection: Connection) -> None:
    inbox.put(connection, BOT, 1, b"secret", 1.0)
    inbox.take(connection, BOT, "a", 1.0, 1)
    inbox.done(connection, BOT, 1)
    assert updates(connection, BOT) == []
    assert not inbox.put(connection, BOT, 1, b"secret", 2.0)
    assert connection.exec_driver_sql("SELECT body FROM inbox").scalar() == b""


def test_only_the_dead_one_s_rows_come_back(connection: Connection) -> None:
    for update_id in range(4):
        inbox.put(connection, BOT, update_id, b"", float(update_id))
    inbox.take(connection, BOT, "dead", 1.0, 2)
    inbox.take(connection, BOT, "alive", 1.0, 1)
    assert inbox.reclaim(connection, ["dead"]) == 2
    again = inbox.take(connection, BOT, "alive", 2.0, 9)
    assert [(row.update_id, row.attempts) for row in again] == [(0, 2), (1, 2), (3, 1)]


def test_only_old_and_done_is_pruned(connection: Connection) -> None:
    for update_id, at in ((1, 1.0), (2, 1.0), (3, 9.0)):
        inbox.put(connection, BOT, update_id, b"", at)
    inbox.done(connection, BOT, 1)
    inbox.done(connection, BOT, 3)
    assert inbox.prune(connection, 5.0) == 1
    assert not inbox.put(connection, BOT, 3, b"", 10.0)
    assert ids(updates(connection, BOT)) == [2]


def test_what_is_open_is_found_without_reading_what_is_done(connection: Connection) -> None:
    seen: list[str] = []
    connection.connection.dbapi_connection.set_trace_callback(seen.append)  # type: ignore[union-attr] # sqlite3's
    inbox.take(connection, BOT, "a", 0.0, 1)
    updates(connection, BOT)
    inbox.reclaim(connection, ["a"])
    connection.connection.dbapi_connection.set_trace_callback(None)  # type: ignore[union-attr] # the same
    plans = [str(connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql).all()) for sql in seen]
    assert len(plans) == 3
    assert all("ix_inbox_open" in plan for plan in plans)


@pytest.mark.parametrize(
    "change",
    ["body = x'7b7d'", "update_id = 2", "bot = 8", "received_at = 99.0", "seal = x''", "seal = 1"],
)
def test_a_row_that_somebody_else_wrote_is_not_genuine(connection: Connection, change: str) -> None:
    inbox.put(connection, BOT, 1, b"said", 1.0)
    connection.exec_driver_sql(f"UPDATE inbox SET {change}")  # noqa: S608 - the test's own
    taken = [row for bot in (BOT, 8) for row in inbox.take(connection, bot, "a", 1.0, 9)]
    assert [row.genuine for row in taken] == [False]


async def test_two_that_take_at_once_share(url: str) -> None:
    first, second = [await Database.open(url, ballast=0) for _ in range(2)]
    for update_id in range(40):
        await first.write(lambda c, n=update_id: inbox.put(c, BOT, n, b"", 0.0))  # type: ignore[misc] # bound in the loop
    taken = await asyncio.gather(
        *(
            db.write(lambda c, name=name: inbox.take(c, BOT, name, 0.0, 3))  # type: ignore[misc] # the same
            for _ in range(8)
            for name, db in (("a", first), ("b", second))
        )
    )
    assert sorted(n for rows in taken for n in ids(rows)) == list(range(40))
    await first.close()
    await second.close()


class Inbox(RuleBasedStateMachine):
    """Bots that come, take, finish and are killed, on one database file.

    Each update has one owner at a time, none is lost, and none is done twice.
    """

    bots: Bundle[str] = Bundle("bots")

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.loop = asyncio.Runner()
        self.alive: dict[str, Database] = {}
        self.held: dict[int, str] = {}
        self.stored: set[int] = set()
        self.done: set[int] = set()
        self.now = 0.0
        self.watcher = self.opened()

    def opened(self) -> Database:
        url = f"sqlite:///{Path(self.directory.name)}/p.db"
        return self.loop.run(Database.open(url, key=b"k", ballast=0))

    @rule(target=bots)
    def start(self) -> str:
        """What the bot does first: take over from those that the machine knows to be dead."""
        self.now += 1
        name, db = f"bot-{self.now:.0f}", self.opened()
        assert db.locks is not None
        db.locks.hold(name)
        dead = db.locks.dead(self.loop.run(db.read(lambda c: instances.others(c, name))))

        def begin(connection: Connection) -> None:
            instances.register(connection, name, self.now, ttl=1e9)
            instances.end(connection, dead)
            over = instances.ended(connection, self.now)
            inbox.reclaim(connection, over)
            instances.forget(connection, over)

        self.loop.run(db.write(begin))
        db.locks.forget(dead)
        assert not set(dead) & set(self.alive)
        self.alive[name] = db
        self.held = {update: bot for update, bot in self.held.items() if bot in self.alive}
        return name

    @rule(update=st.integers(0, 30))
    def put(self, update: int) -> None:
        self.now += 1
        new = self.loop.run(self.watcher.write(lambda c: inbox.put(c, BOT, update, b"", self.now)))
        assert new == (update not in self.stored)
        self.stored.add(update)

    @rule(bot=bots, limit=st.integers(1, 4))
    def take(self, bot: str, limit: int) -> None:
        rows = self.loop.run(
            self.alive[bot].write(lambda c: inbox.take(c, BOT, bot, self.now, limit))
        )
        waiting = self.stored - self.done - set(self.held)
        assert len(rows) == min(limit, len(waiting))
        assert set(ids(rows)) <= waiting
        self.held |= dict.fromkeys(ids(rows), bot)

    @rule(bot=bots, data=st.data())
    def finish(self, bot: str, data: st.DataObject) -> None:
        mine = sorted(update for update, owner in self.held.items() if owner == bot)
        if mine:
            update = data.draw(st.sampled_from(mine))
            self.loop.run(self.alive[bot].write(lambda c: inbox.done(c, BOT, update)))
            del self.held[update]
            self.done.add(update)

    @rule(bot=consumes(bots))
    def kill(self, bot: str) -> None:
        """As after `kill -9`: the lock's file stays, and nobody holds it."""
        db = self.alive.pop(bot)
        assert db.locks is not None
        path = db.locks._path(bot)
        self.loop.run(db.close())
        path.touch()

    @invariant()
    def nothing_is_lost(self) -> None:
        rows = self.loop.run(self.watcher.read(lambda c: updates(c, BOT)))
        assert set(ids(rows)) == self.stored - self.done
        owners = {row.update_id: row.instance for row in rows if row.instance}
        assert self.held.items() <= owners.items()

    def teardown(self) -> None:
        for db in (*self.alive.values(), self.watcher):
            self.loop.run(db.close())
        self.loop.close()
        self.directory.cleanup()


Inbox.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
TestInbox = Inbox.TestCase
