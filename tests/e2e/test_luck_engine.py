"""An Engine that is down, comes back, or takes what it is told and never answers."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import Between, between, count, eventually, outcomes, until
from tests.e2e.processes import Process
from tests.private_engine import Engine


@pytest.fixture
async def socket(tmp_path: Path, engine: Engine) -> AsyncIterator[Between]:
    async with between(tmp_path, engine) as one:
        yield one


@pytest.fixture
def behind(pierhead: Pierhead, socket: Between) -> Pierhead:
    """A bot whose Engine is behind the socket."""
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    return pierhead


def restarts(request: str) -> bool:
    return "/restart" in request


async def test_down_at_the_start_and_back_later(
    telegram: Sandbox, behind: Pierhead, socket: Between, engine: Engine
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    await socket.close()
    async with behind.running():
        phone = telegram.private(OWNER)
        down = await phone.ask("/ps")
        assert down.text.startswith("Docker on local can't be reached.")
        refused = await phone.ask("/restart web")
        assert "Nothing was changed." in refused.text
        await socket.open()
        assert "web" in (await phone.ask("/ps")).text


async def test_lost_while_running_and_back_later(
    telegram: Sandbox, behind: Pierhead, socket: Between, engine: Engine
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with behind.running():
        phone = telegram.private(OWNER)
        assert "web" in (await phone.ask("/ps")).text
        await socket.close()
        assert "can't be reached" in (await phone.ask("/ps")).text
        await socket.open()
        assert "web" in (await phone.ask("/ps")).text


async def test_one_that_never_answers_gets_a_sentence_and_the_rest_goes_on(
    telegram: Sandbox, behind: Pierhead, socket: Between, engine: Engine, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    behind.environment["PIERHEAD_HOSTS__OTHER__URL"] = engine.url
    async with behind.running():
        phone = telegram.private(OWNER)
        socket.holds = lambda _: True
        await phone.send("/ps @local")
        await socket.held.wait()
        assert "operator" in (await telegram.private(OPERATOR).ask("/whoami")).text
        other = await telegram.private(OPERATOR).ask("/ps @other")
        assert "web" in other.text
        clock.advance(11)
        silent = await phone.wait()
        assert "local" in silent.text
        assert "web" not in silent.text
        socket.release()


async def test_a_restart_that_times_out_is_unknown_and_recorded_when_it_ends(
    telegram: Sandbox,
    behind: Pierhead,
    socket: Between,
    engine: Engine,
    tmp_path: Path,
    clock: Clock,
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    socket.holds = restarts
    async with behind.running():
        await telegram.private(OWNER).send("/restart -t 0 web")
        await socket.held.wait()
        clock.advance(61)
        said = await telegram.private(OWNER).wait()
        assert "It may have been done all the same." in said.text
        assert outcomes(tmp_path, "container restart") == ["requested", "started", "unknown"]
        socket.release()
        await eventually(lambda: len(outcomes(tmp_path, "container restart")) == 4)
    assert outcomes(tmp_path, "container restart")[-1] == "finished"


async def test_a_change_past_its_deadline_is_unknown_and_recorded_when_it_ends(
    telegram: Sandbox,
    pierhead: Pierhead,
    socket: Between,
    engine: Engine,
    tmp_path: Path,
    clock: Clock,
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    socket.holds = restarts
    async with pierhead.running():
        await telegram.private(OWNER).send("/restart -t 0 web")
        await socket.held.wait()
        clock.advance(300)
        said = await telegram.private(OWNER).wait()
        assert said.text.startswith("? restart web@local")
        assert "I don't repeat it." in said.text
        socket.release()
        await eventually(lambda: len(outcomes(tmp_path, "container restart")) == 4)
    rows = outcomes(tmp_path, "container restart")
    assert rows == ["requested", "started", "unknown", "finished"]


async def test_of_several_that_hang_each_is_recorded_when_it_ends(
    telegram: Sandbox,
    behind: Pierhead,
    socket: Between,
    engine: Engine,
    tmp_path: Path,
    clock: Clock,
) -> None:
    for name in ("web", "api"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    socket.holds = restarts
    async with behind.running():
        await telegram.private(OWNER).send("/restart -t 0 web api")
        await eventually(lambda: sum(map(restarts, socket.requests)) == 2)
        clock.advance(61)
        said = await telegram.private(OWNER).wait()
        assert said.text.startswith("local: 0 of 2 done, 2 unknown\n? web@local: No answer")
        assert said.text.count("No answer from Docker on local") == 2
        socket.release()
        await eventually(lambda: len(outcomes(tmp_path, "container restart")) == 5)
    assert outcomes(tmp_path, "container restart")[-2:] == ["finished", "finished"]


async def test_changes_that_hang_leave_room_for_others(
    telegram: Sandbox,
    pierhead: Pierhead,
    socket: Between,
    engine: Engine,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    socket.holds = restarts
    monkeypatch.setattr("bot.pipeline.turn.MOST", 4)
    async with pierhead.running():
        phone = telegram.private(OWNER)
        for _ in range(12):
            await phone.send("/restart -t 0 web")
        await socket.held.wait()
        await eventually(lambda: count(tmp_path, "outbox") == 8)
        await eventually(lambda: len(phone.history) == 12 + 8, clock)
        refused = [seen.text for seen in phone.unseen()]
        assert all("Too much is waiting on local already." in text for text in refused)
        assert "web" in (await telegram.private(OPERATOR).ask("/ps")).text
        socket.release()


async def test_what_waits_behind_a_change_that_hangs_can_be_stopped(
    telegram: Sandbox, pierhead: Pierhead, socket: Between, engine: Engine, tmp_path: Path
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    socket.holds = restarts
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.send("/restart -t 0 web")
        await socket.held.wait()
        await phone.send("/stop -t 0 web")
        await eventually(lambda: outcomes(tmp_path, "container stop") == ["requested"])
        said = {(await phone.ask("/cancel")).text, (await phone.wait()).text}
        socket.release()
        await until(phone, "Restarted web@local.")
    (told,) = [text for text in said if text.startswith("Not done: stop web@local")]
    assert told.endswith("It was stopped before it began.\nNothing was changed.")
    assert any(text.startswith("Ending 2 commands.") for text in said)
    assert outcomes(tmp_path, "container stop") == ["requested", "cancelled"]
    assert outcomes(tmp_path, "container restart") == ["requested", "started", "finished"]


async def test_the_process_ends_within_five_seconds_with_a_restart_that_hangs(
    telegram: Sandbox, socket: Between, engine: Engine, tmp_path: Path
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    process = Process(environment_of(telegram, socket.url, tmp_path))
    socket.holds = restarts
    async with process.running() as running:
        await telegram.private(OWNER).send("/restart -t 0 web")
        await socket.held.wait()
        running.send(signal.SIGTERM)
        await running.ended()
        assert running.returncode == 0  # else its own watchdog has ended it, after 4.5 s
        assert "Traceback" not in running.said
    assert outcomes(tmp_path, "container restart") == ["requested", "started"]
