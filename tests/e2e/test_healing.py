"""What is unhealthy is restarted where a label asks for it, on a real Engine; and told."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import asked, audited, between, called, count, eventually, outcomes
from tests.e2e.processes import Process
from tests.e2e.talk import ask, tap
from tests.e2e.test_alerts import OFTEN, run, saying, shown, started, told
from tests.e2e.test_luck_engine import restarts
from tests.private_engine import Engine

HEAL = ("--label", "pierhead.heal=true", "--stop-timeout", "0")
NEVER = ("--health-cmd", "false", *OFTEN)
# Well from its second start on.
LATER = ("--health-cmd", "test $(wc -l < /starts) -gt 1", *OFTEN)
COUNTING = ("sh", "-c", "echo x >> /starts; sleep 600")


def starts(engine: Engine, name: str = "db") -> int:
    return len(engine.docker("exec", name, "cat", "/starts").splitlines())


async def test_one_that_is_well_after_a_restart_is_told_as_such(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", *HEAL, *LATER, command=COUNTING)
        card = await told(phone, clock, "Pierhead restarted it at", 0.5)
        assert "1 of 3 times." in card.text
        end = await told(phone, clock, "Resolved: db@local", 1)
        assert end.id == card.id
        assert "Pierhead restarted it at" in end.text
        assert starts(engine) == 2
        told_of = audited(tmp_path, "container restart")
        assert [row["outcome"] for row in told_of] == ["requested", "started", "finished"]
        assert {(row["name"], row["origin"]) for row in told_of} == {("Pierhead", "healing")}
        await eventually(lambda: len(saying(phone, "Resolved: db@local")) == 2, clock)
        phone.unseen()
        assert "Pierhead" in (await ask(phone, "/audit -t db")).text
        assert not saying(phone, "Restarted db"), "the card says it, and nothing else does"


async def test_what_does_not_help_is_given_up_and_rings(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        budget = ("--label", "pierhead.heal.budget=1")
        run(engine, "db", *HEAL, *budget, *NEVER, command=COUNTING)
        await told(phone, clock, "1 of 1 times.", 0.5)
        await told(phone, clock, "That did not help.", 0.5)
        rung = [seen for seen in saying(phone, "CRITICAL") if not seen.silent]
        assert rung
        assert "That did not help. I restart it no more: it is yours." in rung[-1].text
        clock.advance(1200)
        await asyncio.sleep(0.5)
        assert starts(engine) == 2


@pytest.mark.parametrize(
    ("variable", "value", "options"),
    [
        ("PIERHEAD_FEATURES__HEAL", "false", HEAL),
        ("PIERHEAD_HOSTS__LOCAL__READ_ONLY", "true", HEAL),
        ("PIERHEAD_FEATURES__HEAL", "true", ("--label", "pierhead.heal=no")),
    ],
)
async def test_where_nobody_asks_for_it_or_it_may_not_be_nothing_is_restarted(
    watching: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
    variable: str,
    value: str,
    options: tuple[str, ...],
) -> None:
    watching.environment[variable] = value
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", *options, *NEVER, command=COUNTING)
        await told(phone, clock, "Warning: db@local", 0.5)
        for _ in range(10):
            clock.advance(60)
            await asyncio.sleep(0.05)
        assert starts(engine) == 1
        assert count(tmp_path, "alert_state", "kind = 'healing'") == 0
        assert not outcomes(tmp_path, "container restart")


async def test_a_label_of_the_image_does_not_count(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    engine.docker("commit", "--change", "LABEL pierhead.heal=true", "web", "asks")
    async with watching.running():
        await started(tmp_path, clock, 1)
        engine.docker("run", "-d", "--name", "db", *HEAL, *NEVER, "asks", *COUNTING)
        await told(phone, clock, "Warning: db@local", 0.5)
        for _ in range(10):
            clock.advance(60)
            await asyncio.sleep(0.05)
        assert starts(engine) == 1


def tried(folder: Path) -> int:
    """How often it was tried to heal it, as the bot remembers."""
    (body,) = asked(folder, "SELECT body FROM alert_state WHERE kind = 'healing'")
    return len(json.loads(body)["tries"])


@pytest.mark.parametrize(
    ("step", "made"),
    [
        ("bot.watch.healer:Healer._keep:after", 0),
        ("bot.hosts.containers:Containers.restart:before", 0),
        ("bot.hosts.containers:Containers.restart:after", 1),
    ],
)
async def test_a_kill_never_leads_to_a_second_restart(
    telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path, step: str, made: int
) -> None:
    environment = environment_of(telegram, engine.url, tmp_path)
    process = Process(environment | {"PIERHEAD_FEATURES__WATCH": "true"})
    phone = telegram.private(OWNER)
    run(engine, "db", *HEAL, *NEVER, command=COUNTING)
    async with process.running(step) as bot:
        await called(telegram, "getUpdates")
        async with asyncio.timeout(60):
            while bot.returncode is None:
                bot.send(signal.SIGUSR1)
                await asyncio.sleep(0.05)
        assert bot.returncode == -signal.SIGKILL, bot.said
    assert count(tmp_path, "alert_state", "kind = 'healing'") == 1
    polls = len(telegram.calls("getUpdates"))
    async with process.running() as bot:
        await called(telegram, "getUpdates", polls + 1)
        card = (await shown(bot, phone, "Pierhead tried to restart it at"))[0]
        assert "1 of 3 times." in card.text
        for _ in range(20):
            bot.send(signal.SIGUSR1)
            await asyncio.sleep(0.05)
        await eventually(lambda: starts(engine) - made == tried(tmp_path))
        assert bool(saying(phone, "? restart")) is (step != "bot.watch.healer:Healer._keep:after")
    assert outcomes(tmp_path, "container restart").count("requested") <= tried(tmp_path)


async def left_alone(phone: Phone, card: Seen, how: str) -> None:
    """Somebody sees to it: by a button of its card, or by a command."""
    if how.startswith("/"):
        await ask(phone, how)
    else:
        await tap(card, how)


@pytest.mark.parametrize(
    ("how", "restarted"),
    [("", 2), ("I have it", 1), ("Snooze 4 h", 1), ("/silence db for 2h", 1)],
)
async def test_what_somebody_sees_to_is_left_to_them(
    watching: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
    how: str,
    restarted: int,
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", *HEAL, *NEVER, command=COUNTING)
        card = await told(phone, clock, "1 of 3 times.", 0.5)
        if how:
            await left_alone(phone, card, how)
        health = ("inspect", "-f", "{{.State.Health.Status}}", "db")
        await eventually(lambda: engine.docker(*health) == "unhealthy")
        for _ in range(40):
            clock.advance(5)
            await asyncio.sleep(0.05)
        await eventually(lambda: tried(tmp_path) == restarted, clock)


async def test_in_maintenance_nothing_is_restarted(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    watching.file = tmp_path / "config.toml"
    watching.file.write_text('[[maintenance]]\nhours = "00:00-00:00"\non = "db"\n')
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", *HEAL, *NEVER, command=COUNTING)
        fires = """kind = 'alert' AND body LIKE '%"unhealthy"%"firing"%'"""
        await eventually(lambda: count(tmp_path, "alert_state", fires) == 1, clock, 0.5)
        for _ in range(20):
            clock.advance(5)
            await asyncio.sleep(0.05)
        assert starts(engine) == 1
        assert not saying(telegram.private(OWNER), "db@local")


async def test_what_is_being_restarted_already_is_not_restarted_beside_that(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    watching.file = tmp_path / "config.toml"
    watching.file.write_text('[[alert]]\nname = "unhealthy"\nfor = "0s"\n')
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with between(tmp_path, engine) as socket:
        watching.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
        socket.holds = restarts
        async with watching.running():
            await started(tmp_path, clock, 1)
            run(engine, "db", *HEAL, *NEVER, command=COUNTING)
            await phone.send("/restart -t 0 db")
            await socket.held.wait()
            await told(phone, clock, "Warning: db@local")
            for _ in range(4):
                clock.advance(5)
                await asyncio.sleep(0.2)
            assert sum(map(restarts, socket.requests)) == 1
            assert count(tmp_path, "alert_state", "kind = 'healing'") == 0
            socket.release()
            await told(phone, clock, "Pierhead restarted it at", 0.5)
