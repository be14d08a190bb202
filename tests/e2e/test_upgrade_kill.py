"""An upgrade that is killed at any step: the next start ends it, and says which one runs."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, environment_of
from tests.e2e.making import inspected, names
from tests.e2e.processes import Process, Running
from tests.e2e.pushing import build, published
from tests.e2e.test_kill import confirm
from tests.private_engine import Engine

ONE = "handlers.container.upgrade.one"
SWITCH = "handlers.container.upgrade.switch:Switch"
ACTS = "handlers.container.upgrade.acts:Acts"
BACK = "handlers.container.upgrade.back:Back.go"
CONTAINERS = "bot.hosts.containers:Containers"
LINE = "/upgrade --no-pull web"
CREATE = "bot.hosts.creation:Creation.create"
WELL = "HEALTHCHECK --interval=500ms --timeout=2s --retries=2 CMD true"
NOT_BEGUN = ["Not upgraded: web@local", "I was stopped before it began."]
UNDONE = ["web@local: upgrade undone", "I was stopped in the middle of it."]
BEFORE_IT_BEGAN = "handlers.container.upgrade.command:pulled:before"
BEFORE_IT_RUNS = (
    f"{CREATE}:before",
    f"{CREATE}:after",
    f"{SWITCH}._exchange:before",
    f"{CONTAINERS}.stop:before",
    f"{CONTAINERS}.stop:after",
    f"{CONTAINERS}.rename:before",
    f"{CONTAINERS}.rename:after",
    f"{CONTAINERS}.start:before",
    f"{CONTAINERS}.start:after",
)
LATER = (
    f"{SWITCH}._exchange:after",
    f"{SWITCH}._finish:before",
    f"{ACTS}.remove_old:before",
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
    build(engine, "side", "1", WELL)
    build(engine, "app", "1", WELL, "VOLUME /data")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("run", "-d", "--name", "side", "--network", "container:web", "side")
    engine.docker("exec", "web", "sh", "-c", "echo kept > /data/file")
    build(engine, "app", "2", WELL, "VOLUME /data")
    return engine


async def dies(running: Running, phone: Phone, line: str = LINE) -> None:
    """Ask for it, agree, and be killed."""
    question = await phone.ask(line, within=20)
    tap = asyncio.ensure_future(confirm(running, question))
    await running.ended(60)
    tap.cancel()
    assert running.returncode == -signal.SIGKILL, running.said
    phone.unseen()


async def killed(process: Process, phone: Phone, *steps: str) -> None:
    async with process.running(*steps) as running:
        await dies(running, phone)


async def told(process: Process, phone: Phone) -> Seen:
    async with process.running():
        return await phone.wait(within=60)


async def killed_at_each(
    process: Process, phone: Phone, *steps: str, line: str = LINE
) -> AsyncIterator[tuple[str, Seen]]:
    """Be killed at one step after the other: each, and what the next start tells of it.

    That start is the one that is killed at the next step.
    """
    before = ""
    for step in (*steps, ""):
        async with process.running(*filter(None, [step]), armed=not before) as running:
            if before:
                yield before, await phone.wait(within=60)
                running.arm()
            if step:
                await dies(running, phone, line)
        before = step


def whole(engine: Engine, version: str) -> None:
    """Exactly one of the two is there, as it should be."""
    found, side = inspected(engine, "web"), inspected(engine, "side")
    assert names(engine) == {"web", "side"}
    assert f"VERSION={version}" in found["Config"]["Env"]
    assert found["State"]["Running"]
    assert side["State"]["Running"]
    assert side["HostConfig"]["NetworkMode"] == f"container:{found['Id']}"
    assert engine.docker("exec", "web", "cat", "/data/file") == "kept"


async def test_killed_after_the_pull_it_is_told_what_that_has_changed(
    process: Process, telegram: Sandbox, engine: Engine, registry: str, tmp_path: Path
) -> None:
    name = f"{registry}/shop/cut:1"
    process.config = tmp_path / "config.toml"
    process.config.write_text(f'[registries."{registry}"]\n')
    published(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    before = inspected(engine, "web")
    published(engine, name, "2", elsewhere=True)
    phone, changed = telegram.private(OWNER), list[str]()
    steps = (f"{ONE}:fetch:before", f"{SWITCH}.run:before")
    async for _, seen in killed_at_each(process, phone, *steps, line="/upgrade web"):
        assert seen.text.splitlines()[:2] == NOT_BEGUN
        changed += seen.text.splitlines()[2:]
        after = inspected(engine, "web")
        assert (after["Id"], after["State"]) == (before["Id"], before["State"])
    moved = f"{name} is another image by now. The container is as it was."
    assert changed == ["Nothing was changed.", moved]
    assert engine.docker("inspect", "-f", "{{.Id}}", name) != before["Image"]


async def test_killed_before_the_new_one_runs_it_goes_back(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    """As it is then as it was, one set-up is enough for all of them."""
    phone, at = telegram.private(OWNER), list[str]()
    async for step, seen in killed_at_each(process, phone, BEFORE_IT_BEGAN, *BEFORE_IT_RUNS):
        told = seen.text.splitlines()
        if step == BEFORE_IT_BEGAN:
            assert told[:3] == [*NOT_BEGUN, "Nothing was changed."]
        else:
            assert told[:2] == UNDONE, step
            assert "The old one is " in seen.text
        whole(web, "1")
        at.append(step)
    assert at == [BEFORE_IT_BEGAN, *BEFORE_IT_RUNS]


async def test_killed_later_it_goes_on(process: Process, telegram: Sandbox, web: Engine) -> None:
    phone, version = telegram.private(OWNER), 2
    async for step, seen in killed_at_each(process, phone, *LATER):
        assert seen.text.startswith("Upgraded web@local: app"), step
        whole(web, str(version))
        version += 1
        build(web, "app", str(version), WELL, "VOLUME /data")
    assert version == 2 + len(LATER)


async def test_killed_on_the_way_back_it_goes_back(
    process: Process, telegram: Sandbox, web: Engine
) -> None:
    build(web, "app", "3", WELL.replace("true", "false"))
    phone = telegram.private(OWNER)
    for step in (f"{BACK}:before", f"{ACTS}.remove_new:after"):
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
        f"{BACK}:before",
        f"{ACTS}.remove_new:before",
        f"{ACTS}.called:after",
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
