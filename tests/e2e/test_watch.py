"""What the bot does unasked, beside a chat: it watches, and is in nobody's way."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import between, eventually
from tests.e2e.talk import ask, played
from tests.hosts.scripted import silence
from tests.private_engine import Engine


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
            # The sweep lists as well; the feed does once what the Engine remembers has come.
            await eventually(lambda: sum("/containers/json" in r for r in socket.requests) > 1)
    assert cursor(tmp_path) != first


async def test_a_picker_asks_the_engine_for_nothing(
    watching: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    engine.docker("run", "-d", "--name", "web", "--network", "none", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "job", "--network", "none", "busybox", "true")
    phone = telegram.private(OWNER)
    watching.environment["PIERHEAD_WATCH__EVERY"] = "1h"
    async with between(tmp_path, engine) as socket:
        watching.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
        async with watching.running():
            for _ in range(20):  # until the feed has its list
                before = len(socket.requests)
                picker = await ask(phone, "/restart")
                assert picker.buttons == [["job", "web"]]
                if not socket.requests[before:]:
                    break
                await asyncio.sleep(0.2)
            assert socket.requests[before:] == []
            before = len(socket.requests)
            # What is shown is asked for, and so is what is offered once something has changed.
            await asyncio.to_thread(engine.docker, "rename", "job", "task")
            assert "task" in (await ask(phone, "/ps -a")).text
            assert any("/containers/json" in r for r in socket.requests[before:])
            assert (await ask(phone, "/restart")).buttons == [["task", "web"]]


async def test_stats_are_those_of_the_last_sweep(
    watching: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    loop = ("--cpus", "0.2", "busybox", "sh", "-c", "while :; do :; done")
    engine.docker("run", "-d", "--network", "none", "--name", "busy", *loop)
    phone = telegram.private(OWNER)
    async with between(tmp_path, engine) as socket:
        watching.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url

        def swept() -> int:
            return sum("one-shot=1" in request for request in socket.requests)

        async with watching.running():
            await eventually(lambda: swept() == 1)
            seen = await ask(phone, "/stats")
            assert "ago" not in seen.text  # one sweep knows no CPU
            await asyncio.sleep(2)
            clock.advance(13)
            await eventually(lambda: swept() >= 2)
            await asyncio.sleep(2)
            before = len(socket.requests)
            seen = await ask(phone, "/stats busy")
            assert re.search(r"^busy@local: \d+(\.\d+)? % CPU, ", seen.text)
            assert re.search(r"\nRead \d+ s ago\.$", seen.text)
            assert "itself" not in seen.text
            every = (await ask(phone, "/stats")).text
            assert re.search(
                r"^local itself: CPU [\d.]+ %, memory .+ of .+\.$", every, re.MULTILINE
            )
            assert not any("stats" in request for request in socket.requests[before:])
            machine = (await ask(phone, "/info")).text
            for figure in ("CPU now", "mem used", "disk used"):
                assert re.search(rf"^{figure} +\d", machine, re.MULTILINE), machine
            drawn = (await ask(phone, "/chart cpu busy 1h")).text
            assert "% on average" in drawn, "what is not written yet is drawn as well"
            await asyncio.to_thread(engine.docker, "kill", "busy")
            assert "does not run" in (await ask(phone, "/stats busy")).text
    # What was swept is kept, also by a bot that ends.
    with sqlite3.connect(tmp_path / "bot.db") as database:
        kept = database.execute("SELECT DISTINCT host, subject FROM history").fetchall()
    assert sorted(kept) == [("local", ""), ("local", "busy")]


async def test_an_engine_that_never_answers_keeps_no_one_waiting(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    more = {"PIERHEAD_FEATURES__WATCH": "true"}
    async with played(telegram, tmp_path, clock, starts=False, **more) as world:
        world.engine.scripts["GET /version"] = silence
        async with world.pierhead.running():
            await eventually(lambda: bool(world.engine.seen))
            assert "You are owner" in (await telegram.private(OWNER).ask("/whoami")).text
