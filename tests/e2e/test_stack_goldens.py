"""What people read of stacks, to the letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, ask, played
from tests.e2e.test_golden_messages import STACKS, digits, fleet
from tests.hosts.scripted import answer, row

LABEL = "com.docker.compose."


def stacked() -> list[dict[str, object]]:
    """Four stacks, and one that was stopped on purpose."""
    rows = fleet()
    for found in rows:
        labels = found["Labels"]
        assert isinstance(labels, dict)
        stack = labels[f"{LABEL}project"]
        labels[f"{LABEL}project.config_files"] = f"/srv/{stack}/compose.yaml"
    labels = {f"{LABEL}project": "old"}
    down = {"State": "exited", "Status": "Exited (0) 3 weeks ago"}
    return [*rows, row(Id=digits("old-1"), Names=["/old-1"], Labels=labels, **down)]


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(stacked())
        yield world


async def test_stacks(world: Played, goldens: Goldens) -> None:
    assert len(STACKS) == 4
    phone = world.telegram.private(OWNER if goldens.language == "en" else RUSSIAN)
    goldens.check("stack-ls", await ask(phone, "/stack ls"))
    goldens.check("stack-ls-all", await ask(phone, "/stacks -a"))
    goldens.check("stack-ps", await ask(phone, "/stack ps media"))
    goldens.check("stack-ps-well", await ask(phone, "/stack ps infra"))
    goldens.check("stack-ps-state", await ask(phone, "/stack ps --sort state photos"))
    goldens.check("stack-ps-none", await ask(phone, "/stack ps --status paused photos"))
    goldens.check("stack-rm", await ask(phone, "/stack rm -sv photos"))
    goldens.check("stack-picker", await ask(phone, "/stack restart"))
