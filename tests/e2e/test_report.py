"""How a host did, in the chat: well only where all was watched and nothing was wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from storage.history import HOST
from tests.e2e.conftest import OWNER, RUSSIAN, VIEWER
from tests.e2e.luck import eventually, outcomes
from tests.e2e.measured import flat, happened, measured, minutes
from tests.e2e.talk import Morning, Played, ask, played, tap
from tests.hosts.scripted import CID, answer, row, scripted

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
    lines = seen.text.splitlines()
    assert lines[:2] == ["All well · local · 24 hours", "1 of 1 run now."]
    assert "It was up all the time." in lines


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
    assert "Restarts: 2 (was 1): web 2×" in lines
    assert "Out of memory: 1 (was 0): db" in lines
    assert "oom of db, 02:00: taken after 2 min, over after 10 min." in lines
    assert ["db", "1", "GB", "–"] in [line.split() for line in lines]
    russian = await ask(telegram.private(RUSSIAN), "/report")
    assert russian.text.startswith("1 нехватка памяти, 2 перезапуска и 1 тревога, уже прошла · ")


async def test_the_share_of_the_time_that_containers_were_up(
    phone: Phone, world: Played, tmp_path: Path, clock: Morning
) -> None:
    await ask(phone, "/whoami")
    now = clock()
    made = {"web": now - 9 * DAY, "db": now - 9 * DAY, "job": now - 9 * DAY, "new": now - 10 * HOUR}
    rows = [
        row(Id=CID[:-1] + str(n), Names=[f"/{name}"], Created=int(at))
        for n, (name, at) in enumerate(made.items())
    ]
    world.engine.scripts["GET /containers/json"] = answer(rows)
    happened(
        tmp_path,
        ("seen", "", "", now - 2 * DAY, None, now - 20 * HOUR + 30),
        ("seen", "", "", now - 16 * HOUR - 30, None, now),
        ("down", "web", "", now - 30 * HOUR, None, now - 24 * HOUR - 1),
        ("down", "db", "", now - 18 * HOUR, None, now - 14 * HOUR - 30),
        ("down", "new", "", now - 5 * HOUR, None, now - 4 * HOUR),
        ("down", "job", "", now - 2 * DAY, None, now),
    )
    lines = (await ask(phone, "/report")).text.splitlines()
    assert "Watched for 20 h of 24 h: what else happened, I can't know." in lines
    assert "Not up all the time: new 90 % and db 90 % (was 100 %)" in lines
    assert "Not up at all: job" in lines
    assert "1 other was up while I watched." in lines
    # There was one of its name before this one was made.
    measured(tmp_path, "new", minutes(now - 23 * HOUR, now - 22 * HOUR), memory=flat(1e9))
    lines = (await ask(phone, "/report")).text.splitlines()
    assert "Not up all the time: db 90 % (was 100 %) and new 95 % (was 100 %)" in lines


async def test_figures_are_compared(phone: Phone, tmp_path: Path, clock: Morning) -> None:
    await ask(phone, "/whoami")
    now = clock()
    for name, ago, cpu in ((HOST, 1, 34), (HOST, 25, 21), ("web", 1, 12), ("web", 25, 9)):
        times = minutes(now - ago * HOUR, now - ago * HOUR + 1800)
        measured(tmp_path, name, times, cpu=flat(cpu), memory=flat(1e9 * ago))
    lines = (await ask(phone, "/report")).text.splitlines()
    assert "On average: CPU 34 % (was 21 %), memory 1 GB (was 25 GB)." in lines
    rows = [line.split() for line in lines]
    assert ["web", "12", "%", "9", "%"] in rows
    assert ["web", "1", "GB", "25", "GB"] in rows
    assert not any(row[:1] == ["34"] for row in rows)


async def test_a_silent_engine_is_the_first_that_is_told(
    phone: Phone, world: Played, tmp_path: Path, clock: Morning
) -> None:
    await ask(phone, "/whoami")
    now = clock()
    happened(
        tmp_path,
        ("seen", "", "", now - 2 * DAY, None, now - HOUR),
        ("oom", "db", "", now - 2 * HOUR, None, None),
    )
    world.engine.scripts["GET /containers/json"] = answer({"message": "disk I/O error"}, 500)
    lines = (await ask(phone, "/report")).text.splitlines()
    assert lines[0] == "Docker does not answer and 1 time out of memory · local · 24 hours"
    assert "How many containers run, I can't know." in lines
    assert "Out of memory: 1 (was 0): db" in lines
    assert not any("run now" in line or "up all the time" in line for line in lines)


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


async def test_by_the_clock_it_comes_only_if_something_changed(
    phone: Phone, world: Played, tmp_path: Path, clock: Morning
) -> None:
    await ask(phone, "/schedule add every 1h report day --only-changes")
    now = clock()
    happened(
        tmp_path,
        ("seen", "", "", now - 3 * DAY, None, now + 3 * HOUR),
        ("down", "job", "", now - 3 * DAY, None, now + 3 * HOUR),
        ("alert", "db", "cpu", now - 2 * DAY, None, None),
        ("restart", "db", "", now + HOUR + 60, None, None),
    )
    clock.advance(HOUR)
    await eventually(lambda: outcomes(tmp_path, "system report") == ["requested", "unchanged"])
    assert not phone.unseen()
    card = await ask(phone, "/schedule show 1")
    assert "Last: 04:00, nothing changed" in card.text.splitlines()
    # Who asks is told so: by hand, or by having it run.
    asked = await ask(phone, "/report --only-changes")
    assert asked.text.splitlines() == ["Nothing changed · local · 24 hours", "1 of 1 run now."]
    await tap(asked, "Whole report")
    assert (await asked.changed()).text.startswith("cpu of db fires · local · 24 hours\n")
    await ask(phone, "/schedule run 1")
    said = (await phone.wait()).text.splitlines()
    assert (said[0], said[-1]) == ("Nothing changed · local · 24 hours", "Schedule 1: every 1h")
    clock.advance(HOUR)
    said = (await phone.wait()).text.splitlines()
    assert said[0] == "cpu of db fires · local · 24 hours"


async def test_several_hosts_are_a_report_each(
    telegram: Sandbox, clock: Morning, tmp_path: Path
) -> None:
    async with scripted() as other:
        other.scripts["GET /containers/json"] = answer([row(), row(Id="b" * 64, Names=["/b"])])
        url = other.url
        async with played(telegram, tmp_path, clock, PIERHEAD_HOSTS__NAS__URL=url) as world:
            world.engine.scripts["GET /containers/json"] = answer([row()])
            phone = telegram.private(OWNER)
            first = await ask(phone, "/report week @nas @local")
            told = sorted([first.text, (await phone.wait()).text])
            assert "local · 7 days\n1 of 1" in told[0]
            assert "nas · 7 days\n2 of 2" in told[1]
            await ask(phone, "/schedule add every 1h report @nas @local")
            assert "report @nas,local" in (await ask(phone, "/schedules")).text


async def test_who_may_not_read_the_audit_sees_nothing_of_it(
    phone: Phone, telegram: Sandbox, world: Played
) -> None:
    world.engine.scripts[f"POST /containers/{CID}/restart"] = answer(b"", 204)
    assert "Restarted" in (await ask(phone, "/restart web")).text
    assert "restart web" in (await ask(phone, "/report week")).text
    viewer = await ask(telegram.private(VIEWER), "/report week")
    assert "7 days" in viewer.text.splitlines()[0]
    assert "restart web" not in viewer.text
