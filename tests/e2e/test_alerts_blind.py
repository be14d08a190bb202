"""After an outage of the chat, or the bot, one message tells what was missed."""

from __future__ import annotations

from pathlib import Path

from sandbox import Fault, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.e2e.test_alerts import run, saying, started, told
from tests.private_engine import Engine

CRASH = ("sh", "-c", "sleep 1; exit 3")


async def test_a_chat_that_could_not_be_reached_hears_what_it_has_missed(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        telegram.fail("sendMessage", Fault.retry(800), 2)
        run(engine, "db", command=CRASH)
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") > 0, clock, 0.1)
        clock.advance(400)
        engine.docker("rm", "-f", "db")
        seen = await told(phone, clock, "I could not write here for", 5)
        lines = seen.text.splitlines()
        assert lines[1:] == ["Since then 1 alert has fired.", "Since then 1 alert is over."]
        assert seen.silent
        assert len(saying(phone, "I could not write here for")) == 1
        assert len(saying(phone, "Resolved: db@local")) == 1


async def test_that_the_bot_was_off_is_told_with_what_fires_since(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    run(engine, "db")
    async with watching.running():
        await started(tmp_path, clock, 2)
        await eventually(lambda: count(tmp_path, "alert_state", "kind = 'seen'") == 1, clock)
    engine.docker("exec", "db", "sh", "-c", "kill -9 -1", check=False)
    engine.docker("kill", "-s", "HUP", "web")
    clock.advance(840)
    async with watching.running():
        seen = await told(phone, clock, "I was off for", 2)
        assert seen.silent
        assert "What happened then, I can't know." in seen.text
        clock.advance(60)
    async with watching.running():
        clock.advance(200)
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
    assert len(saying(phone, "I was off for")) == 1
