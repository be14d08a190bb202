"""`/wait`: it tells when a container ends, also when the bot or the Engine was away meanwhile."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import (
    GROUP,
    OPERATOR,
    OWNER,
    VIEWER,
    Clock,
    Pierhead,
    environment_of,
)
from tests.e2e.luck import between, eventually, outcomes
from tests.e2e.processes import Process
from tests.e2e.talk import ask, played, tap
from tests.hosts.scripted import CID, Gate, answer, in_turn, row
from tests.private_engine import Engine

JOURNAL = "bot.pipeline.journal:Journal"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def runs(engine: Engine, name: str = "web", *options: str) -> None:
    engine.docker("run", "-d", "--name", name, *options, "busybox", "sleep", "1000")


async def new(phone: Phone, after: Seen) -> Seen:
    """The next message of its own, whatever is edited meanwhile."""
    while (seen := await phone.wait(within=20)).id <= after.id:
        pass
    return seen


async def test_it_tells_when_it_ends_and_rings(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    runs(engine)
    async with pierhead.running():
        waits = await ask(phone, "/wait web")
        assert waits.text.startswith("web@local: waiting for its end\nRunning since ")
        assert waits.buttons == [["Stop waiting on local"]]
        engine.docker("kill", "-s", "KILL", "web")
        told = await new(phone, waits)
        assert told.text.splitlines()[0] == "web@local ended: exit 137"
        assert ", after " in told.text.splitlines()[1]
        assert told.buttons == [["Logs web"]]
        assert not told.silent
        left = waits.now
        assert left is not None
        assert left.text == "Wait for web@local: done, see below."
        assert left.buttons == []
        again = await ask(phone, "/container wait web")
        assert again.text.startswith("web@local ended: exit 137\nAt ")
        assert again.silent
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "finished"] * 2


async def test_of_several_each_is_told(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    for name in ("web", "db"):
        runs(engine, name)
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        waits = await ask(phone, "/wait web never db nothing")
        lines = waits.text.splitlines()
        assert lines[:3] == [
            "local: 1 of 3 ended",
            "never@local was never started.",
            "Still running: web and db",
        ]
        engine.docker("kill", "-s", "KILL", "db")
        one = await waits.changed()
        assert "db@local ended: exit 137" in one.text
        assert "Still running: web\n" in one.text
        engine.docker("stop", "-t", "0", "web")
        told = await new(phone, waits)
        assert told.text.splitlines() == [
            "local: 3 of 3 ended",
            "web@local ended: exit 137",
            "never@local was never started.",
            "db@local ended: exit 137",
            "x not there: nothing@local",
        ]


async def test_somebody_ends_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    runs(engine)
    async with pierhead.running():
        waits = await ask(phone, "/wait web")
        await tap(waits, "Stop waiting on local")
        ended = await waits.changed()
        assert ended.text == "web@local: no longer waiting\nYou stopped it."
        assert ended.buttons == []
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "cancelled"]


async def test_a_viewer_waits_for_five_at_most_and_still_runs_others(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    runs(engine)
    viewer = telegram.private(VIEWER)
    async with pierhead.running():
        for _ in range(5):
            waits = await ask(viewer, "/wait web")
            assert waits.text.startswith("web@local: waiting")
        refused = await ask(viewer, "/wait web")
        assert refused.text.splitlines()[0] == "You wait for too much at once."
        for _ in range(2):
            follows = await ask(viewer, "/logs -f web")
            assert follows.text.startswith("web@local: following")
        assert (await ask(viewer, "/cancel")).text.startswith("Ending 7 commands.")


async def test_in_a_group_it_says_nothing_until_it_is_over(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    runs(engine)
    group = telegram.group(GROUP, OPERATOR)
    async with pierhead.running():
        waits = await ask(group, "/wait@pierhead_bot web")
        for _ in range(20):
            clock.advance(600)
            await asyncio.sleep(0.01)
        assert group.unseen() == []
        engine.docker("stop", "-t", "0", "web")
        told = await new(group, waits)
        assert told.text.startswith("web@local ended: exit 137\n")
        assert told.reply_to == waits.reply_to


async def test_out_of_memory_is_told(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("create", "--name", "web", "-m", "6m", "busybox", "tail", "/dev/zero")
    async with pierhead.running():
        runs(engine, "other")
        waits = await ask(phone, "/wait web other")
        engine.docker("start", "web")
        engine.docker("kill", "other")
        told = await new(phone, waits)
        assert "web@local was never started." in told.text
        engine.docker("wait", "web")
        assert (
            "exit 137\nOut of memory: it was killed.\nAt " in (await ask(phone, "/wait web")).text
        )


async def test_after_a_restart_it_goes_on(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    runs(engine)
    async with pierhead.running():
        waits = await ask(phone, "/wait web")
    for _ in range(2):
        async with pierhead.running():
            seen = await waits.changed()
            assert seen.text == waits.text
            waits = seen
    async with pierhead.running():
        seen = await waits.changed()
        engine.docker("stop", "-t", "0", "web")
        told = await new(phone, waits)
        assert told.text.startswith("web@local ended: exit 137\n")
        assert not told.silent
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "finished"]


async def test_after_a_restart_it_can_be_stopped(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    runs(engine)
    async with pierhead.running():
        waits = await ask(phone, "/wait web")
    async with pierhead.running():
        seen = await waits.changed()
        await tap(seen, "Stop waiting on local")
        assert (await seen.changed()).text.startswith("web@local: no longer waiting")
    async with pierhead.running():
        assert (await ask(phone, "/whoami")).text
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "cancelled"]


async def test_whoever_may_not_any_more_is_told_so(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    runs(engine)
    viewer = telegram.private(VIEWER)
    async with pierhead.running():
        waits = await ask(viewer, "/wait web")
    pierhead.environment |= {"PIERHEAD_ACCESS__ROLES__VIEWER__ALLOW": "container.ls"}
    async with pierhead.running():
        seen = await waits.changed()
        assert seen.text.startswith("Not done: wait for web@local\nYou are viewer.")
        assert seen.buttons == []
    async with pierhead.running():
        await telegram.private(OWNER).ask("/whoami")
        assert viewer.unseen()[-1].text == seen.text
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "denied"]


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (("stop -t 0 web",), "web@local ended: exit 137"),
        (("rm -f web",), "web@local is gone: how it ended, I can't see."),
        (
            ("stop -t 0 web", "start web"),
            "web@local ended and was started again: its code I can't see.",
        ),
        (
            ("rm -f web", "run -d --name web busybox sleep 1000"),
            "web@local is gone: how it ended, I can't see.",
        ),
    ],
)
async def test_what_happened_while_the_bot_was_away(
    pierhead: Pierhead, phone: Phone, engine: Engine, meanwhile: tuple[str, ...], said: str
) -> None:
    runs(engine)
    async with pierhead.running():
        waits = await ask(phone, "/wait web")
    for line in meanwhile:
        engine.docker(*line.split())
    async with pierhead.running():
        told = await new(phone, waits)
        assert told.text.splitlines()[0] == said
        assert not told.silent
    left = waits.now
    assert left is not None
    assert left.text == "Wait for web@local: done, see below."


KILLED = (
    f"{JOURNAL}.started:after",
    f"{JOURNAL}.keep:before",
    f"{JOURNAL}.keep:after",
    "bot.hosts.endings:Endings.of:before",
    "bot.telegram.sending:Sender.send:before",
    "bot.telegram.sending:Sender.send:after",
)


@pytest.mark.parametrize("step", KILLED)
async def test_killed_at_its_beginning_it_goes_on(
    telegram: Sandbox, engine: Engine, tmp_path: Path, step: str
) -> None:
    runs(engine)
    process = Process(environment_of(telegram, engine.url, tmp_path))
    phone = telegram.private(OWNER)
    await phone.send("/wait web")
    await process.dies(step)
    async with process.running():
        waits = await phone.wait(within=20)
        assert waits.text.startswith("web@local: waiting for its end")
        engine.docker("kill", "web")
        told = await new(phone, waits)
        while "waiting" in told.text:  # after a send whose outcome is unknown
            told = await new(phone, told)
    assert told.text.startswith("web@local ended: exit 137")
    assert not told.silent
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "finished"]


@pytest.mark.parametrize("step", [f"{JOURNAL}.ended:before", f"{JOURNAL}.ended:after"])
async def test_killed_at_its_end_it_tells_once(
    telegram: Sandbox, engine: Engine, tmp_path: Path, step: str
) -> None:
    runs(engine)
    process = Process(environment_of(telegram, engine.url, tmp_path))
    phone = telegram.private(OWNER)
    async with process.running(step) as running:
        waits = await phone.ask("/wait web", within=20)
        engine.docker("kill", "web")
        await running.ended()
    async with process.running():
        told = await new(phone, waits)
        assert told.text.startswith("web@local ended: exit 137")
        mine = await phone.ask("/whoami", within=20)
        assert "You may do everything" in mine.text
    assert [s.text for s in phone.history if "ended: exit" in s.text] == [told.text]
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "finished"]


async def test_killed_in_the_middle_it_goes_on_each_time(
    telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    for name in ("web", "db"):
        runs(engine, name, "--restart", "always")
    process = Process(environment_of(telegram, engine.url, tmp_path))
    phone = telegram.private(OWNER)
    async with process.running() as running:
        waits = await phone.ask("/wait web db", within=20)
        engine.docker("restart", "-t", "0", "db")
        seen = await waits.changed(within=20)
        assert "db@local ended: exit 137" in seen.text
        running.send(signal.SIGKILL)
        await running.ended()
    async with process.running() as running:
        seen = await seen.changed(within=20)
        assert "db@local ended: exit 137" in seen.text  # it was told, and is not lost
        running.send(signal.SIGKILL)
        await running.ended()
    engine.docker("stop", "-t", "0", "web")
    async with process.running():
        told = await new(phone, waits)
    assert told.text.splitlines() == [
        "local: 2 of 2 ended",
        "web@local ended: exit 137",
        "db@local ended: exit 137",
    ]
    assert outcomes(tmp_path, "container wait") == ["requested", "started", "finished"]


async def test_an_engine_that_is_away_meanwhile(
    telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    runs(engine)
    async with between(tmp_path, engine) as way:
        pierhead = Pierhead(environment_of(telegram, way.url, tmp_path), clock)
        phone = telegram.private(OWNER)
        async with pierhead.running():
            waits = await ask(phone, "/wait web")
            await eventually(lambda: any("/wait" in r for r in way.requests))
            await way.close()
            engine.docker("stop", "-t", "0", "web")
            clock.advance(60)
            await way.open()
            await eventually(lambda: len(phone.history) > 2, clock)
            told = await new(phone, waits)
            assert told.text.startswith("web@local ended: exit 137\n")


async def test_what_the_engine_refuses_is_told(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    state = {"State": {"Running": True, "StartedAt": "2026-06-09T03:00:00Z"}}
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        scripts[f"GET /containers/{CID}/json"] = answer(state)
        scripts[f"POST /containers/{CID}/wait"] = answer(b"<html>", 403)
        phone = telegram.private(OWNER)
        waits = await ask(phone, "/wait web")
        if "waiting" in waits.text:
            waits = await waits.changed()
        assert waits.text.splitlines()[0] == "Docker on local refuses: HTTP 403"
        for odd in (b"[]", b"no", b"{}", b'{"StatusCode": "x"}', b" " * 70_000):
            scripts[f"POST /containers/{CID}/wait"] = answer(odd)
            waits = await ask(phone, "/wait web")
            if "waiting" in waits.text:
                waits = await waits.changed()
            assert "unexpected answer" in waits.text


async def test_an_answer_that_is_cut_is_asked_for_again(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    running = {"State": {"Running": True, "StartedAt": "2026-06-09T03:00:00Z"}}
    gate = Gate(answer({"StatusCode": 3}))
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        scripts[f"GET /containers/{CID}/json"] = answer(running)
        scripts[f"POST /containers/{CID}/wait"] = in_turn(answer(b""), answer(b"", 503), gate)
        phone = telegram.private(OWNER)
        waits = await ask(phone, "/wait web")
        await eventually(gate.reached.is_set, clock)
        gate.open.set()
        told = await new(phone, waits)
        assert told.text == "web@local ended: exit 3"
