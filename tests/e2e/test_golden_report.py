"""Reports as they read on a phone, to the letter, at an hour that is made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from storage.history import HOST
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.measured import flat, happened, measured, minutes
from tests.e2e.talk import MORNING, Morning, Played, ask, played
from tests.hosts.scripted import CID, answer, row

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
VERSION = {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5"}
FLEET = ("web", "db", "cache", "worker", "proxy")


@pytest.fixture
def clock() -> Clock:
    clock = Morning()
    clock.stop()
    return clock


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
def phone(goldens: Goldens, telegram: Sandbox) -> Phone:
    return telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


@pytest.fixture
async def world(telegram: Sandbox, clock: Morning, tmp_path: Path) -> AsyncIterator[Played]:
    """Five containers that were watched and measured for two days."""
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts |= {
            "GET /version": answer(VERSION),
            "GET /containers/json": answer(fleet()),
            "GET /images/json": answer([]),
        }
        happened(tmp_path, ("seen", "", "", MORNING - 2 * DAY - HOUR, None, MORNING + HOUR))
        for n, name in enumerate(FLEET, 1):
            for ago, more in ((1, 1.0), (2, 0.8)):
                times = minutes(MORNING - ago * DAY + HOUR, MORNING - ago * DAY + 2 * HOUR)
                measured(tmp_path, name, times, cpu=flat(7 * n * more), memory=flat(n * more * 2e8))
        for ago, cpu, memory in ((1, 34, 5.1e9), (2, 21, 4.8e9)):
            times = minutes(MORNING - ago * DAY + HOUR, MORNING - ago * DAY + 2 * HOUR)
            measured(tmp_path, HOST, times, cpu=flat(cpu), memory=flat(memory))
        hours = [MORNING - HOUR * n - 60 for n in reversed(range(5 * 24))]
        measured(tmp_path, HOST, hours, disk=lambda at: 71 - 0.3 * (MORNING - at) / DAY)
        yield world


def fleet(**states: str) -> list[dict[str, object]]:
    return [
        row(
            Id=CID[:-1] + str(n),
            Names=[f"/{name}"],
            State="exited" if name in states else "running",
            Status=states.get(name, "Up 9 days"),
        )
        for n, name in enumerate(FLEET)
    ]


@pytest.mark.usefixtures("world")
async def test_all_is_well(goldens: Goldens, phone: Phone) -> None:
    goldens.check("report-well", await ask(phone, "/report"))
    goldens.check("report-unchanged", await ask(phone, "/report --only-changes"))
    goldens.check("report-not-all-seen", await ask(phone, "/report week"))


async def test_three_things_that_matter(
    goldens: Goldens, phone: Phone, world: Played, tmp_path: Path
) -> None:
    world.engine.scripts["GET /containers/json"] = answer(fleet(db="Exited (137) 40 minutes ago"))
    now = MORNING
    happened(
        tmp_path,
        ("oom", "db", "", now - 40 * MINUTE, None, None),
        ("down", "db", "", now - 40 * MINUTE, None, now + HOUR),
        ("alert", "db", "oom", now - 40 * MINUTE, None, None),
        ("alert", "web", "unhealthy", now - 9 * HOUR, now - 9 * HOUR + 120, now - 9 * HOUR + 600),
        ("unhealthy", "web", "", now - 9 * HOUR, None, None),
        ("restart", "web", "", now - 9 * HOUR, None, None),
        ("restart", "web", "", now - 3 * HOUR, None, None),
        ("restart", "cache", "", now - 2 * HOUR, None, None),
        ("down", "web", "", now - 9 * HOUR, None, now - 9 * HOUR + 400),
        # The day before: it was worse.
        *(("restart", "web", "", now - DAY - n * HOUR, None, None) for n in range(1, 8)),
        ("down", "web", "", now - DAY - 4 * HOUR, None, now - DAY - HOUR),
        *(("alert", "web", "cpu", now - DAY - n * HOUR, None, now - DAY) for n in range(1, 8)),
    )
    goldens.check("report-matters", await ask(phone, "/report day"))


async def test_a_host_that_could_not_be_read(
    goldens: Goldens, phone: Phone, world: Played, tmp_path: Path
) -> None:
    world.engine.scripts["GET /containers/json"] = answer({"message": "disk I/O error"}, 500)
    happened(tmp_path, ("restart", "web", "", MORNING - 2 * HOUR, None, None))
    goldens.check("report-silent", await ask(phone, "/report"))
