"""What goes wrong on a real Engine comes to the owner's chat as one card, and so does its end."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, RUSSIAN, VIEWER, Clock, Pierhead, environment_of
from tests.e2e.luck import between, called, count, eventually
from tests.e2e.processes import Process, Running
from tests.e2e.talk import ask, tap
from tests.private_engine import Engine

GRACE = 181.0
LITTLE = ("-m", "16m", "--memory-swap", "16m")
OFTEN = ("--health-interval", "300ms", "--health-retries", "1")
FOR_LONG = ("sleep", "600")


def run(engine: Engine, name: str, *options: str, command: tuple[str, ...] = FOR_LONG) -> None:
    engine.docker("run", "-d", "--name", name, *options, "busybox", *command)


def saying(phone: Phone, text: str) -> list[Seen]:
    """The messages that say so now."""
    return [seen for seen in phone.history if text in seen.text]


async def told(phone: Phone, clock: Clock, text: str, step: float = 0.1) -> Seen:
    """The first message that says so, time passing until it is there."""
    await eventually(lambda: bool(saying(phone, text)), clock, step)
    return saying(phone, text)[0]


async def started(folder: Path, clock: Clock, containers: int) -> None:
    """The bot knows the containers that there are, and its start is long ago."""
    await eventually(lambda: count(folder, "alert_state", "kind = 'container'") == containers)
    clock.advance(GRACE)


async def test_an_exit_is_told_and_so_is_its_end(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    crash = "echo FATAL: no such database; sleep 1; exit 3"
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=("sh", "-c", crash))
        card = await told(phone, clock, "FATAL")
        assert card.text.splitlines()[:2] == ["Warning: db@local", "Exited with code 3"]
        assert not card.silent
        assert len(saying(phone, "db@local")) == 1
        engine.docker("rm", "-f", "db")
        end = await told(phone, clock, "Resolved: db@local", 10)
        await eventually(lambda: len(saying(phone, "Resolved: db@local")) == 2, clock)
        assert end.id == card.id
        reply = saying(phone, "Resolved: db@local")[1]
        assert (reply.reply_to, reply.silent) == (card.id, True)


async def test_who_may_not_read_a_log_is_not_shown_it(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    watching.file = tmp_path / "config.toml"
    watching.file.write_text(
        f'[[alert]]\nname = "exited"\nchats = [{OWNER}, {VIEWER}]\n'
        '[access.roles.lister]\nallow = ["alert.ls", "container.ls"]\n'
    )
    watching.environment[f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__ROLE"] = "lister"
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=("sh", "-c", "echo FATAL; sleep 1; exit 3"))
        await told(telegram.private(OWNER), clock, "FATAL")
        seen = await told(telegram.private(VIEWER), clock, "db@local")
        assert "Exited with code 3" in seen.text
        assert not saying(telegram.private(VIEWER), "FATAL")


async def test_memory_that_was_out_rings_and_can_be_taken(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    hungry = "sleep 1; x=a; while true; do x=$x$x; done"
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", *LITTLE, command=("sh", "-c", hungry))
        card = await told(phone, clock, "memory cap 16.8 MB")
        lines = card.text.splitlines()
        assert lines[:2] == ["CRITICAL db@local", "Out of memory, killed (137)"]
        assert lines[-1] == "Nobody has this yet."
        assert not card.silent
        assert card.buttons == [
            ["I have it", "Logs", "Chart"],
            ["Snooze 15 min", "Snooze 1 h"],
            ["Snooze 4 h", "Snooze until resolved"],
            ["Restart db@local…"],
        ]
        await tap(card, "I have it")
        taken = await told(phone, clock, "has it. I ask again at")
        assert taken.id == card.id
        assert "db@local: oom since" in (await ask(phone, "/alert ls")).text
        assert not saying(phone, "Exited"), "memory explains the end"


async def test_a_health_check_that_fails_says_why(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        check = "test -e /well || { echo no such table; exit 1; }"
        run(engine, "db", "--health-cmd", check, *OFTEN)
        card = await told(phone, clock, "no such table", 0.3)
        assert card.text.splitlines()[:2] == ["Warning: db@local", "Unhealthy"]
        engine.docker("exec", "db", "touch", "/well")
        await told(phone, clock, "Resolved: db@local", 1)


async def test_what_goes_round_and_round_rings(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", "--restart", "always", command=("false",))
        card = await told(phone, clock, "CRITICAL db@local")
        assert card.text.splitlines()[1].startswith("Ended 4 times in 10 min")


async def test_what_somebody_asked_for_is_no_alert(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    for name in ("web", "db", "cache"):
        run(engine, name)
    async with watching.running():
        await started(tmp_path, clock, 3)
        engine.docker("kill", "web")
        engine.docker("stop", "-t", "0", "db")
        engine.docker("rm", "-f", "cache")
        await eventually(lambda: count(tmp_path, "alert_state", "body LIKE '%cache%'") == 0)
        clock.advance(60)
        assert (await ask(phone, "/alert ls")).text == "Nothing fires."
        assert not saying(phone, "@local")


async def test_a_rule_of_the_config_looks_at_what_is_used(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    watching.file = tmp_path / "config.toml"
    rule = '[[alert]]\nname = "busy"\nwhen = "cpu > 20%"\nfor = "20s"\non = "db"\n'
    watching.file.write_text(f'{rule}chats = [{OWNER}]\nseverity = "info"\n')
    run(engine, "web")
    run(engine, "db", command=("sh", "-c", "while true; do :; done"))
    async with watching.running():
        await started(tmp_path, clock, 2)
        card = await told(phone, clock, "Note: db@local")
        assert card.text.splitlines()[1].startswith("cpu is ")
        assert card.silent
    assert not saying(telegram.private(RUSSIAN), "db@local")


async def test_at_quiet_hours_a_warning_does_not_ring(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    watching.environment["PIERHEAD_WATCH__QUIET"] = "00:00-00:00"
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=("sh", "-c", "exit 3"))
        assert (await told(phone, clock, "Warning: db@local")).silent


async def test_an_engine_that_is_silent_is_told_and_its_containers_are_not(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    run(engine, "db")
    async with between(tmp_path, engine) as socket:
        watching.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
        async with watching.running():
            await started(tmp_path, clock, 2)
            engine.docker("exec", "db", "kill", "-s", "TERM", "1", check=False)
            await socket.close()
            card = await told(phone, clock, "CRITICAL local", 1)
            assert "Docker is silent. Its containers are unknown, not down." in card.text
            assert not card.silent
            await socket.open()
            await told(phone, clock, "Resolved: local", 1)
            assert not saying(phone, "web")


async def shown(bot: Running, phone: Phone, text: str, times: int = 1) -> list[Seen]:
    """The messages that say so, the time of a bot of its own passing until they are there."""
    async with asyncio.timeout(60):
        while len(saying(phone, text)) < times:
            bot.send(signal.SIGUSR1)
            await asyncio.sleep(0.02)
    return saying(phone, text)


async def test_a_kill_between_the_alert_and_its_end_loses_neither(
    telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    environment = environment_of(telegram, engine.url, tmp_path)
    process = Process(environment | {"PIERHEAD_FEATURES__WATCH": "true"})
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with process.running() as bot:
        await called(telegram, "getUpdates")
        await eventually(lambda: count(tmp_path, "alert_state", "kind = 'container'") == 1)
        run(engine, "db", command=("sh", "-c", "exit 3"))
        (card,) = await shown(bot, phone, "Exited with code 3")
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
        bot.send(signal.SIGKILL)
        await bot.ended()
    engine.docker("rm", "db")
    polls = len(telegram.calls("getUpdates"))
    async with process.running(later=600) as bot:
        await called(telegram, "getUpdates", polls + 1)
        edited, reply = await shown(bot, phone, "Resolved: db@local", 2)
    assert (edited.id, reply.reply_to) == (card.id, card.id)
    assert saying(phone, "db@local") == [edited, reply]


async def test_a_disk_that_is_fuller_than_it_may_be_is_told(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    watching.file = tmp_path / "config.toml"
    watching.file.write_text('[[alert]]\nname = "disk"\nwhen = "disk > 0.1%"\nfor = "30s"\n')
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        card = await told(phone, clock, "Warning: local", 2)
        assert card.text.splitlines()[1].startswith("disk is ")


async def test_a_kill_between_a_card_and_its_sending_loses_none_and_doubles_none(
    telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    environment = environment_of(telegram, engine.url, tmp_path)
    process = Process(environment | {"PIERHEAD_FEATURES__WATCH": "true"})
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with process.running("bot.telegram.notices:Notice.sent:before") as bot:
        await called(telegram, "getUpdates")
        await eventually(lambda: count(tmp_path, "alert_state", "kind = 'container'") == 1)
        run(engine, "db", command=("sh", "-c", "exit 3"))
        async with asyncio.timeout(60):
            while bot.returncode is None:
                bot.send(signal.SIGUSR1)
                await asyncio.sleep(0.02)
    assert not saying(phone, "db@local")
    assert count(tmp_path, "outbox", "state = 'pending'")
    polls = len(telegram.calls("getUpdates"))
    async with process.running(later=600) as bot:
        await called(telegram, "getUpdates", polls + 1)
        await shown(bot, phone, "Exited with code 3")
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
    assert len(saying(phone, "Exited with code 3")) == 1
