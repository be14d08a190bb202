"""An upgrade that is killed at any step: the next start ends it, and says which one runs."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, environment_of
from tests.e2e.making import inspected, names
from tests.e2e.processes import Process
from tests.e2e.pushing import build
from tests.e2e.test_kill import confirm
from tests.private_engine import Engine

SWITCH = "handlers.container.upgrade.switch:Switch"
CONTAINERS = "bot.hosts.containers:Containers"
CREATE = "bot.hosts.creation:Creation.create"
WELL = "HEALTHCHECK --interval=500ms --timeout=2s --retries=2 CMD true"
UNTOUCHED = (f"{CREATE}:before", f"{CREATE}:after", f"{SWITCH}._exchange:before")
BACK = (
    f"{CONTAINERS}.stop:before",
    f"{CONTAINERS}.stop:after",
    f"{CONTAINERS}.rename:before",
    f"{CONTAINERS}.rename:after",
    f"{CONTAINERS}.start:before",
    f"{CONTAINERS}.start:after",
)
ON = (
    f"{SWITCH}._exchange:after",
    f"{SWITCH}._finish:before",
    f"{SWITCH}._remove_old:before",
    f"{CONTAINERS}.remove:before",
    f"{CONTAINERS}.remove:after",
    f"{SWITCH}._finish:after",
)


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


@pytest.fixture
def web(engine: Engine) -> Engine:
    """One that is older than its image, with one that lives in it."""
    build(engine, "side", "1")
    build(engine, "app", "1", WELL, "VOLUME /data")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("run", "-d", "--name", "side", "--network", "container:web", "side")
    engine.docker("exec", "web", "sh", "-c", "echo kept > /data/file")
    build(engine, "app", "2", WELL, "VOLUME /data")
    return engine


async def killed(process: Process, phone: Phone, *steps: str) -> Seen:
    """Ask for it, agree, and be killed at the steps; what the next start makes of the question."""
    async with process.running(*steps) as running:
        question = await phone.ask("/upgrade --no-pull web", within=20)
        tap = asyncio.ensure_future(confirm(running, question))
        await running.ended(60)
        tap.cancel()
        assert running.returncode == -signal.SIGKILL, running.said
    phone.unseen()
    return question


async def told(process: Process, phone: Phone) -> Seen:
    async with process.running():
        return await phone.wait(within=60)


def whole(engine: Engine, version: str) -> None:
    """Exactly one of the two is there, as it should be."""
    found, side = inspected(engine, "web"), inspected(engine, "side")
    assert names(engine) == {"web", "side"}
    assert f"VERSION={version}" in found["Config"]["Env"]
    assert found["State"]["Running"]
    assert side["State"]["Running"]
    assert side["HostConfig"]["NetworkMode"] == f"container:{found['Id']}"
    assert engine.docker("exec", "web", "cat", "/data/file") == "kept"


async def test_killed_before_anything_was_made_nothing_was_changed(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    phone = telegram.private(OWNER)
    await killed(process, phone, "handlers.container.upgrade.command:_pulled:before")
    seen = await told(process, phone)
    assert seen.text.splitlines()[:3] == [
        "Not upgraded: web@local",
        "I was stopped before it began.",
        "Nothing was changed.",
    ]
    whole(web, "1")


@pytest.mark.parametrize("step", [*UNTOUCHED, *BACK])
async def test_killed_before_the_new_one_runs_it_goes_back(
    process: Process, telegram: Sandbox, web: Engine, step: str
) -> None:
    phone = telegram.private(OWNER)
    await killed(process, phone, step)
    seen = await told(process, phone)
    assert seen.text.splitlines()[:2] == [
        "web@local: upgrade undone",
        "I was stopped in the middle of it.",
    ]
    assert "The old one is " in seen.text
    whole(web, "1")


@pytest.mark.parametrize("step", ON)
async def test_killed_later_it_goes_on(
    process: Process, telegram: Sandbox, web: Engine, step: str
) -> None:
    phone = telegram.private(OWNER)
    await killed(process, phone, step)
    seen = await told(process, phone)
    assert seen.text.startswith("Upgraded web@local: app")
    whole(web, "2")


async def test_killed_on_the_way_back_it_goes_back(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    build(web, "app", "3", WELL.replace("true", "false"))
    phone = telegram.private(OWNER)
    for step in (f"{SWITCH}._return:before", f"{SWITCH}._remove_new:after"):
        await killed(process, phone, step)
        seen = await told(process, phone)
        assert seen.text.startswith("web@local: upgrade undone")
        whole(web, "1")


async def test_killed_again_while_it_goes_back(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    phone = telegram.private(OWNER)
    await killed(process, phone, f"{CONTAINERS}.start:before")
    for step in (
        f"{SWITCH}._return:before",
        f"{SWITCH}._remove_new:before",
        f"{SWITCH}._called:after",
    ):
        await process.dies(step)
    seen = await told(process, phone)
    assert seen.text.startswith("web@local: upgrade undone")
    whole(web, "1")


async def test_what_is_typed_after_the_start_waits_for_its_end(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    phone = telegram.private(OWNER)
    old = inspected(web, "web")["Id"][:12]
    await killed(process, phone, f"{CONTAINERS}.start:before")
    async with process.running():
        await phone.send(f"/kill {old}")  # by id: for a moment nothing has its name
        seen = await phone.wait(within=60)
        assert seen.text.startswith("web@local: upgrade undone"), seen.text
        seen = await phone.wait(within=60)
        assert re.match(r"Sent KILL to web\S*@local\.", seen.text), seen.text  # its name of then
