"""Killed with SIGKILL while something runs in a container: it is ended, told, and not repeated."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, environment_of
from tests.e2e.luck import eventually
from tests.e2e.processes import Process
from tests.e2e.test_container_exec import running
from tests.e2e.test_kill import states
from tests.private_engine import Engine

LOOP = "trap '' HUP TERM; echo begun >> /begun; setsid sleep 901 & sleep 902; true"


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--init", "--name", "web", "busybox", "sleep", "1000")
    return engine


async def told(phone: Phone) -> Seen:
    """What is said of it after the restart.

    In its message, unless the kill came before it was noted which that is.
    """
    while "I was restarted." not in (seen := await phone.wait(within=20)).text:
        pass
    return seen


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f'/exec web sh -c "{LOOP}"', "? web@local: sh -c trap"),
        (f'/exec -i web sh -c "{LOOP}"', "web@local: session ended"),
        (f'/exec -it web sh -c "{LOOP}"', "web@local: session ended"),
        (f'/exec -it -u nobody web sh -c "{LOOP}"', "web@local: session ended"),
    ],
)
async def test_what_runs_is_ended_at_the_next_start(
    process: Process,
    telegram: Sandbox,
    web: Engine,
    tmp_path: Path,
    line: str,
    said: str,
) -> None:
    web.docker("exec", "web", "sh", "-c", "touch /begun; chmod 666 /begun")
    phone = telegram.private(OWNER)
    async with process.running() as bot:
        await phone.send(line)
        seen = await phone.wait(within=20)
        await eventually(lambda: len(running(web)) == 3)
        bot.send(signal.SIGKILL)
        await bot.ended()
    assert len(running(web)) == 3  # the Engine lets it run on
    async with process.running():
        seen = await told(phone)
        assert seen.text.startswith(said)
        assert seen.text.endswith("\nI was restarted.\nI have ended it.")
        assert running(web) == []
    assert web.docker("exec", "web", "cat", "/begun") == "begun"
    assert states(tmp_path, "container exec") == ["requested", "started", "cancelled"]


async def test_what_has_ended_meanwhile_is_told_so(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    async with process.running() as bot:
        await phone.send("/exec web sleep 903")
        seen = await phone.wait(within=20)
        bot.send(signal.SIGKILL)
        await bot.ended()
    web.docker("exec", "web", "sh", "-c", "kill -9 $(pidof sleep) || true", check=False)
    web.docker("restart", "-t", "0", "web")
    async with process.running():
        seen = await told(phone)
        assert seen.text.endswith("\nI was restarted.\nIt does not run any more.")
    assert states(tmp_path, "container exec") == ["requested", "started", "unknown"]


async def test_its_container_has_gone_meanwhile(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    async with process.running() as bot:
        await phone.send("/exec -it web sh")
        seen = await phone.wait(within=20)
        bot.send(signal.SIGKILL)
        await bot.ended()
    web.docker("rm", "-f", "web")
    async with process.running():
        seen = await told(phone)
        assert seen.text == (
            "web@local: session ended\nI was restarted.\nIt does not run any more."
        )


@pytest.mark.parametrize("step", ["before", "after"])
async def test_what_did_not_start_is_not_started(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path, step: str
) -> None:
    phone = telegram.private(OWNER)
    await phone.send("/exec web sh -c 'echo begun >> /begun'")
    await process.dies(f"bot.hosts.execs:Execs.create:{step}")
    async with process.running():
        seen = await phone.wait(within=20)
        assert seen.text.endswith("\nI was restarted.\nIt does not run any more.")
    assert web.docker("exec", "web", "find", "/begun", check=False) == ""


async def test_what_was_to_run_in_the_background_is_left_alone(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    await phone.send("/exec -d web sleep 904")
    await process.dies("bot.hosts.execs:Execs.detach:after")
    async with process.running():
        seen = await told(phone)
        assert seen.text.endswith("\nI was restarted.\nWhether it was started, I can't see.")
    assert running(web) == ["sleep 904"]
    assert states(tmp_path, "container exec") == ["requested", "started", "unknown"]


async def test_a_line_is_never_typed_twice(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    async with process.running("bot.command.sessions:Session.follows:before") as bot:
        await phone.send("/exec -i web sh -c 'cat > /typed'")
        seen = await phone.wait(within=20)
        await phone.send("only once", reply_to=seen)
        await bot.ended()
    async with process.running():
        seen = await told(phone)
        await phone.send("too late", reply_to=seen)
        while "This session has ended." not in (await phone.wait(within=20)).text:
            pass
    assert web.docker("exec", "web", "cat", "/typed") in {"", "only once"}
    assert states(tmp_path, "session exec") == ["requested", "started", "unknown"]
