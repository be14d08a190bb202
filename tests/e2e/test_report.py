"""How a host did, in the chat: well only where all was watched and nothing was wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from storage.history import HOST
from tests.e2e.conftest import OWNER, RUSSIAN, TOKEN, VIEWER
from tests.e2e.measured import flat, measured, minutes
from tests.e2e.talk import Morning, Played, ask, played
from tests.hosts.scripted import CID, answer, row

HOUR, DAY = 3600.0, 86_400.0
VERSION = {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5"}


@pytest.fixture
def clock() -> Morning:
    return Morning()


@pytest.fixture
async def world(telegram: Sandbox, clock: Morning, tmp_path: Path) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts |= {
            "GET /version": answer(VERSION),
            "GET /containers/json": answer([row()]),
            "GET /images/json": answer([]),
        }
        yield world


@pytest.fixture
def phone(telegram: Sandbox, world: Played) -> Phone:
    return telegram.private(OWNER)


def happened(folder: Path, *rows: tuple[str, str, str, float, float | None, float | None]) -> None:
    """Store what the bot would have: kind, subject, rule, at, taken, until."""
    with sqlite3.connect(folder / "bot.db", timeout=30) as database:
        bot = TOKEN.partition(":")[0]
        database.executemany(
            'INSERT INTO happening (bot, host, kind, subject, rule, at, taken, "until")'
            " VALUES (?, 'local', ?, ?, ?, ?, ?, ?)",
            [(int(bot), *row) for row in rows],
        )


async def test_what_nobody_watched_is_not_well(phone: Phone) -> None:
    seen = await ask(phone, "/report")
    assert seen.text.splitlines()[:3] == [
        "Nothing bad seen, but not all · local · 24 hours",
        "1 of 1 run now.",
        "Watched for 0 s of 24 h: what else happened, I can't know.",
    ]


async def test_well_where_all_was_watched(phone: Phone, tmp_path: Path, clock: Morning) -> None:
    await ask(phone, "/whoami")
    now = clock()
    happened(tmp_path, ("seen", "", "", now - 2 * DAY, None, now))
    seen = await ask(phone, "/report")
    assert seen.text.splitlines()[:2] == ["All well · local · 24 hours", "1 of 1 run now."]


async def test_what_matters_comes_first(
    phone: Phone, telegram: Sandbox, tmp_path: Path, clock: Morning
) -> None:
    await ask(phone, "/whoami")
    now = clock()
    happened(
        tmp_path,
        ("seen", "", "", now - 2 * DAY, None, now),
        ("restart", "web", "", now - HOUR, None, None),
        ("restart", "web", "", now - 2 * HOUR, None, None),
        ("restart", "web", "", now - DAY - HOUR, None, None),
        ("oom", "db", "", now - HOUR, None, None),
        ("alert", "db", "oom", now - HOUR, now - HOUR + 120, now - HOUR + 600),
    )
    measured(tmp_path, "db", minutes(now - HOUR, now), cpu=flat(5), memory=flat(1e9))
    seen = await ask(phone, "/report day")
    lines = seen.text.splitlines()
    assert lines[0] == "1 time out of memory, 2 restarts and 1 alert, over · local · 24 hours"
    assert ["restarts", "2", "1"] in [line.split() for line in lines]
    assert "Restarts: web 2×" in lines
    assert "oom of db, 02:00: taken after 2 min, over after 10 min." in lines
    assert ["db", "1", "GB"] in [line.split() for line in lines]
    russian = await ask(telegram.private(RUSSIAN), "/report")
    assert russian.text.startswith("1 нехватка памяти, 2 перезапуска и 1 тревога, уже прошла · ")


async def test_a_disk_that_fills_up_matters(phone: Phone, tmp_path: Path, clock: Morning) -> None:
    await ask(phone, "/whoami")
    now = clock()
    lines = (await ask(phone, "/report")).text.splitlines()
    assert "How full the disk is, I can't see." in lines
    hours = [now - 60 - HOUR * n for n in reversed(range(4 * 24))]
    measured(tmp_path, HOST, hours, disk=lambda at: 95.5 - (now - at) / DAY)
    lines = (await ask(phone, "/report")).text.splitlines()
    assert lines[0] == "The disk is full in about 4 days · local · 24 hours"
    assert "Disk 95.5 %, full in about 4 days." in lines


async def test_who_may_not_read_the_audit_sees_nothing_of_it(
    phone: Phone, telegram: Sandbox, world: Played
) -> None:
    world.engine.scripts[f"POST /containers/{CID}/restart"] = answer(b"", 204)
    assert "Restarted" in (await ask(phone, "/restart web")).text
    assert "restart web" in (await ask(phone, "/report week")).text
    viewer = await ask(telegram.private(VIEWER), "/report week")
    assert "7 days" in viewer.text.splitlines()[0]
    assert "restart web" not in viewer.text
