"""Schedules on bad luck: the bot is off, is killed, or slow, and its clock is set."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, Clock, environment_of
from tests.e2e.luck import asked, audited, count, eventually, locked, outcomes
from tests.e2e.processes import Process
from tests.e2e.talk import Morning, Played, ask, later, played, tap, verdict
from tests.hosts.scripted import CID, Gate, answer, row
from tests.private_engine import Engine

STOP = f"POST /containers/{CID}/stop"


@pytest.fixture
def clock() -> Morning:
    clock = Morning()
    clock.stop()
    return clock


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Morning) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock, starts=False) as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        world.engine.scripts[STOP] = answer(b"", 204)
        yield world


async def after(phone: Phone, seconds: float = 0.0) -> Seen:
    """What the bot says next, so much later; the clock goes on until it has said it."""
    later(phone, seconds)
    said = asyncio.ensure_future(phone.wait())
    while not said.done():
        await asyncio.sleep(0.02)
        later(phone, 0.2)
    return await said


async def test_what_was_missed_is_one_message_and_runs_once_or_not_at_all(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        await ask(phone, "/schedule add --missed run at 04:00 stop web")
        await ask(phone, "/schedule add every 1h ps")
        await ask(phone, "/schedule add at 23:00 ps")
    phone.unseen()
    later(phone, 3 * 3600)
    async with world.pierhead.running():
        said = await after(phone)
        told = said.text.splitlines()
        assert told[0] == "2 schedules were missed while I was off."
        assert told[1] == "1 stop web: at 04:00, runs now, once"
        assert told[2] == "2 ps: 3 times since 04:00, not run"
        assert said.buttons == [["Run 2 now"]]
        done = await after(phone)
        assert done.text == "Stopped web@local.\nSchedule 1: at 04:00"
        await tap(said, "Run 2 now")
        assert (await after(phone)).text == "Schedule 2 runs now: ps"
        assert (await after(phone)).text.endswith("Schedule 2: every 1h")
    assert outcomes(tmp_path, "container stop") == ["requested", "started", "finished"]
    async with world.pierhead.running():
        assert (await ask(phone, "/schedule show 1")).text.splitlines()[3] == "Last: 04:00, done"


async def test_while_it_runs_its_next_time_is_skipped_and_that_is_told_once(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    gate = Gate(answer(b"", 204))
    world.engine.scripts[STOP] = gate
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        await ask(phone, "/schedule add every 1m stop -t 600 web")
        later(phone, 61)
        await eventually(gate.reached.is_set, world.clock, 0.2)
        assert await verdict(phone, "/schedule run 1") == "Schedule 1 runs already."
        assert "Runs now, for 03:01." in (await ask(phone, "/schedule show 1")).text
        said = await after(phone, 55)
        assert said.text == "Skipped: the last run still goes on.\nSchedule 1: every 1m"
        assert not said.silent
        await eventually(
            lambda: asked(tmp_path, "SELECT skipped FROM schedule")[0] >= 3, world.clock
        )
        assert phone.unseen() == []
        gate.open.set()
        done = await after(phone)
        assert done.text.startswith("Stopped web@local.")
        await eventually(
            lambda: outcomes(tmp_path, "container stop").count("finished") >= 2, world.clock
        )


async def test_of_many_at_one_time_some_wait_for_their_turn_and_say_so(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    gate = Gate(answer(b"", 204))
    world.engine.scripts[STOP] = gate
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        for _ in range(6):
            await ask(phone, "/schedule add at 04:00 stop -t 600 web")
        said = await after(phone, 3600)
        assert said.text == "Schedules 5 and 6 wait: 4 run here already."
        assert said.silent
        gate.open.set()
        done = [await after(phone) for _ in range(6)]
        assert {seen.text.splitlines()[0] for seen in done} == {"Stopped web@local."}
    assert outcomes(tmp_path, "container stop").count("finished") == 6


async def test_a_clock_that_jumps_makes_nothing_run_twice(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        await ask(phone, "/schedule add --missed run at 04:00 stop web")
        assert (await after(phone, 3600)).text.startswith("Stopped web@local.")
        later(phone, -600)  # it was some minutes fast: 04:00 comes again
        assert "Next: Wed 10 June 04:00" in (await ask(phone, "/schedule show 1")).text
        later(phone, 700)
        assert await verdict(phone, "/schedules") == "1 schedule"
        assert outcomes(tmp_path, "container stop").count("started") == 1
        later(phone, 40 * 86400)  # it was set to another month, and back
        assert "was missed" in (await after(phone)).text
        assert (await after(phone)).text.startswith("Stopped web@local.")
    later(phone, -40 * 86400)
    async with world.pierhead.running():
        await eventually(
            lambda: asked(tmp_path, "SELECT reckoned_at FROM schedule")[0] < world.clock() + 60
        )
        assert "Next: Wed 10 June 04:00" in (await ask(phone, "/schedule show 1")).text
    assert outcomes(tmp_path, "container stop").count("started") == 2


async def test_an_interval_goes_on_when_the_clock_is_set_back_by_hours(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        await ask(phone, "/schedule add every 1m stop web")
        await ask(phone, "/schedule add every 5m stop web")
        await ask(phone, "/schedule pause 2")
        for _ in range(2):
            await after(phone, 61)
        for wrong in (-1.5 * 3600, 26 * 3600, -26 * 3600):
            later(phone, wrong)
            if wrong > 0:
                assert "was missed" in (await after(phone)).text
            for _ in range(2):
                said = await after(phone, 61)
                assert said.text == "Stopped web@local.\nSchedule 1: every 1m"
        await ask(phone, "/schedule resume 2")
        (then,) = asked(tmp_path, "SELECT next_at FROM schedule WHERE id = 2")
        assert 0 < then - world.clock() <= 300
    assert outcomes(tmp_path, "container stop").count("finished") == 8


async def test_a_database_that_is_locked_delays_it_and_no_more(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        await ask(phone, "/schedule add every 2m stop web")
        async with locked(tmp_path):
            later(phone, 121)
            for _ in range(20):
                await asyncio.sleep(0.02)
                later(phone, 0.5)
        assert (await after(phone)).text.startswith("Stopped web@local.")
    assert outcomes(tmp_path, "container stop") == ["requested", "started", "finished"]


async def test_a_group_that_moves_while_the_database_is_locked_keeps_its_schedules(
    world: Played, telegram: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = -77, -100_77
    telegram.world.add_group(old, "Old", (OWNER,))
    world.pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-old}__HOSTS"] = "local"
    group = telegram.group(old, OWNER)
    async with world.pierhead.running():
        await group.send("/schedule@pierhead_bot add every 10m stop web")
        await after(group)
        async with locked(tmp_path):
            telegram.upgrade(old, new)
            await eventually(lambda: "could not be recorded yet" in caplog.text)
        moved = "SELECT chat FROM schedule"
        await eventually(lambda: asked(tmp_path, moved) == [new], world.clock)
        said = await after(telegram.group(new, OWNER), 601)
        assert said.text.startswith("Stopped web@local.")


async def test_who_is_no_longer_here_runs_nothing_and_is_recorded(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    private, group = telegram.private(OPERATOR), telegram.group(GROUP, OPERATOR)
    async with world.pierhead.running():
        await ask(private, "/schedule add every 1m stop web")
        await group.send("/schedule@pierhead_bot add every 1m stop web")
        await after(group)
    private.unseen()
    environment = world.pierhead.environment
    for key in [key for key in environment if f"PEOPLE__{OPERATOR}__" in key]:
        del environment[key]
    async with world.pierhead.running():
        said = await after(group, 61)
        assert said.text.splitlines() == [
            "Not run: I don't know Otto (…0007) any more.",
            "It has their rights only. /schedules shows it.",
            "Schedule 2: every 1m",
        ]
        busy = "running IS NOT NULL OR next_at <= {}"
        for _ in range(5):
            later(group, 50)
            await eventually(
                lambda: not count(tmp_path, "schedule", busy.format(world.clock())),
                world.clock,
                0.2,
            )
        assert outcomes(tmp_path, "container stop").count("denied") == 2
        assert {r["actor"] for r in audited(tmp_path, "container stop")} == {OPERATOR}
        assert (private.unseen(), group.unseen()) == ([], [])
    assert STOP not in world.engine.asked


async def test_a_group_that_is_not_linked_any_more_hears_nothing(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    group = telegram.group(GROUP, OWNER)
    async with world.pierhead.running():
        await group.send("/schedule@pierhead_bot add every 1m stop web")
        await after(group)
    del world.pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS"]
    count = len(group.history)
    async with world.pierhead.running():
        later(group, 61)
        await eventually(lambda: "denied" in outcomes(tmp_path, "container stop"), world.clock)
        assert len(group.history) == count
    assert STOP not in world.engine.asked


async def test_what_the_database_s_writer_made_of_it_runs_nothing(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    async with world.pierhead.running():
        await ask(phone, "/schedule add every 1m ps")
        with sqlite3.connect(tmp_path / "bot.db") as database:
            database.execute("""UPDATE schedule SET argv = '["container", "stop", "web"]'""")
        later(phone, 61)
        assert await verdict(phone, "/schedules") == (
            "No schedules yet. /schedule add at 23:00 stop staging-* makes one."
        )
    assert STOP not in world.engine.asked


async def test_every_host_is_run_on_and_the_worst_counts(
    world: Played, telegram: Sandbox, tmp_path: Path
) -> None:
    world.pierhead.environment["PIERHEAD_HOSTS__OTHER__URL"] = f"unix://{tmp_path}/none.sock"
    phone = telegram.private(OPERATOR)
    async with world.pierhead.running():
        made = await ask(phone, "/schedule add every 1m stop @all web")
        assert made.text.startswith("Schedule 1: stop web @all\n")
        first, second = await after(phone, 61), await after(phone)
        texts = sorted(said.text.splitlines()[0] for said in (first, second))
        assert texts[1] == "Stopped web@local."
        shown = await ask(phone, "/schedule show 1")
        assert "Last: 03:01, failed" in shown.text


JOURNAL = "bot.pipeline.journal:Journal"
NOT_BEGUN = (
    "storage.schedules:claim:before",
    "bot.watch.run:Runs._outcome:before",
    f"{JOURNAL}.requested:after",
    f"{JOURNAL}.started:before",
)
BEGUN = (f"{JOURNAL}.started:after", "bot.hosts.containers:Containers.restart:after")
ENDED = (f"{JOURNAL}.ended:after", "storage.schedules:ended:before")


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


async def killed(process: Process, telegram: Sandbox, step: str, engine: Engine) -> list[str]:
    """What is said after a kill in a run that was due: each message's first line."""
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    phone = telegram.private(OWNER)
    async with process.running():
        await phone.ask("/schedule add every 10m restart -t 0 web", within=20)
    async with process.running(step, later=601) as running:
        await running.ended()
    async with process.running(later=610):
        said = [await phone.wait(within=20)]
        await phone.send("/whoami")
        while "You may do everything" not in said[-1].text:
            said.append(await phone.wait(within=20))
    return [seen.text.splitlines()[0] for seen in said[:-1]]


@pytest.mark.parametrize("step", [*NOT_BEGUN, *ENDED])
async def test_a_run_that_is_killed_is_done_once(
    process: Process, telegram: Sandbox, engine: Engine, tmp_path: Path, step: str, clock: Clock
) -> None:
    clock.offset = 0.0
    assert await killed(process, telegram, step, engine) == ["Restarted web@local."]
    assert outcomes(tmp_path, "container restart") == ["requested", "started", "finished"]
    assert asked(tmp_path, "SELECT outcome FROM schedule") == ["finished"]


@pytest.mark.parametrize("step", BEGUN)
async def test_a_run_that_was_killed_after_it_began_is_unknown_and_not_repeated(
    process: Process, telegram: Sandbox, engine: Engine, tmp_path: Path, step: str, clock: Clock
) -> None:
    clock.offset = 0.0
    assert await killed(process, telegram, step, engine) == ["? restart web@local"]
    assert outcomes(tmp_path, "container restart") == ["requested", "started", "unknown"]
    assert asked(tmp_path, "SELECT outcome FROM schedule") == ["unknown"]
