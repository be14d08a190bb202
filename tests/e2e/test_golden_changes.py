"""What is said of single changes, to the letter, on an Engine and at an hour that are made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, ask, played
from tests.hosts.scripted import CID, Gate, answer, in_turn, row

STARTED, ENDED = "2026-06-09T01:40:00Z", "2026-06-09T03:00:04Z"
DB = "f" * 64


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        rows = [row(), row(Id=DB, Names=["/db"])]
        world.engine.scripts["GET /containers/json"] = answer(rows)
        yield world


@pytest.fixture
def phone(world: Played, goldens: Goldens) -> Phone:
    return world.telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


def inspected(**state: object) -> object:
    return {"State": {"Running": True, "StartedAt": STARTED} | state}


async def test_wait(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts, gate = world.engine.scripts, Gate(answer({"StatusCode": 137}))
    running = answer(inspected())
    ended = inspected(Running=False, FinishedAt=ENDED, ExitCode=137, OOMKilled=True)
    scripts[f"GET /containers/{CID}/json"] = in_turn(running, running, answer(ended))
    scripts[f"POST /containers/{CID}/wait"] = gate
    waits = await ask(phone, "/wait web")
    goldens.check("wait", waits)
    gate.open.set()
    while (told := await phone.wait()).id == waits.id:
        left = told
    goldens.check("wait-ended", told)
    goldens.check("wait-left", left)


async def test_wait_for_several(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts, gate = world.engine.scripts, Gate(answer({"StatusCode": 0}))
    ended = inspected(Running=False, FinishedAt=ENDED, ExitCode=1)
    scripts[f"GET /containers/{CID}/json"] = answer(ended)
    scripts[f"GET /containers/{DB}/json"] = answer(inspected())
    scripts[f"POST /containers/{DB}/wait"] = gate
    goldens.check("wait-several", await ask(phone, "/wait web db"))
