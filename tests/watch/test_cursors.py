"""Where a feed goes on survives a restart; what can't be read is no place to go on from."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.hosts.place import Cursor
from bot.watch.cursors import StoredCursors
from storage import cursors
from storage.database import Database

HERE = Cursor("ENGI:NE", "5.000000001", ((6, 1, "ab"), (6, 2, "cd")))


def of(database: Database, host: str = "nas", bot: int = 1) -> StoredCursors:
    return StoredCursors(database, bot, host, lambda: 7.0)


async def test_what_was_saved_last_is_loaded_by_each_host_and_bot(database: Database) -> None:
    assert await of(database).load() is None
    assert await of(database).save(Cursor("ENGI:NE", None, ()))
    assert await of(database).save(HERE)
    assert await of(database, "db1").save(Cursor("OTHER", None, ()))
    assert await of(database).load() == HERE
    assert await of(database, bot=2).load() is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"engine": "x", "since": null, "heard": [[1]]}'])
async def test_what_is_damaged_is_of_no_engine(database: Database, text: str) -> None:
    await database.write(lambda c: cursors.save(c, 1, "nas", text, 7.0))
    assert await of(database).load() == Cursor("", None, ())


async def test_a_database_that_is_closed_is_survived(tmp_path: Path) -> None:
    closed = await Database.open(f"sqlite:///{tmp_path}/closed.db", ballast=0)
    await closed.close()
    assert await of(closed).load() == Cursor("", None, ())
    assert await of(closed).save(HERE) is False
