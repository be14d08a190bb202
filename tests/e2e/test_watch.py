"""What the bot does unasked, beside a chat: it watches, and is in nobody's way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import between, eventually
from tests.e2e.talk import played
from tests.hosts.scripted import silence
from tests.private_engine import Engine


@pytest.fixture
def watching(pierhead: Pierhead) -> Pierhead:
    pierhead.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    return pierhead


def cursor(folder: Path) -> str | None:
    """Where the feed is to go on, as it is stored."""
    with sqlite3.connect(folder / "bot.db") as database:
        row = database.execute("SELECT cursor FROM event_cursor").fetchone()
    return str(row[0]) if row else None


async def test_where_the_feed_goes_on_is_kept(
    watching: Pierhead, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with watching.running():
        await eventually(lambda: cursor(tmp_path) is not None)
    first = cursor(tmp_path)
    engine.docker("create", "--name", "web", "busybox")
    async with between(tmp_path, engine) as socket:
        watching.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
        async with watching.running():
            await eventually(lambda: any("/events?since=" in r for r in socket.requests))
            await eventually(lambda: any("/containers/json" in r for r in socket.requests))
    assert cursor(tmp_path) != first


async def test_an_engine_that_never_answers_keeps_no_one_waiting(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    more = {"PIERHEAD_FEATURES__WATCH": "true"}
    async with played(telegram, tmp_path, clock, starts=False, **more) as world:
        world.engine.scripts["GET /version"] = silence
        async with world.pierhead.running():
            await eventually(lambda: bool(world.engine.seen))
            assert "You are owner" in (await telegram.private(OWNER).ask("/whoami")).text
