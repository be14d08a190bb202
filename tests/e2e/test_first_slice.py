"""The first thing that anyone tries: /ps, /logs, /restart, /rm, from the chat to the Engine."""

from __future__ import annotations

from sandbox import Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead, agree
from tests.private_engine import Engine


async def test_ps_shows_what_runs(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/ps")
    assert seen.text.splitlines()[0] == "local: all well"
    assert "web" in seen.text
    assert seen.tappable == []


async def test_logs_shows_the_end_of_the_log(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo '<b>&'; sleep 1000")
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/logs web")
    assert "<b>&" in seen.text


async def test_what_a_phone_changed_is_repaired_and_shown(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "seq 9; sleep 1000")
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/logs —tail 2 web")
        plain = await telegram.private(OWNER).ask("/logs --tail 2 web")
    assert seen.text.splitlines()[1:3] == ["8", "9"]
    assert seen.text.splitlines()[-1] == "Read as: /logs --tail 2 web"
    assert "Read as" not in plain.text


async def test_what_cannot_be_understood_is_answered_within_bounds(
    pierhead: Pierhead, telegram: Sandbox, clock: Clock
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        for _ in range(40):
            await phone.send("/xyzzy web")
        await phone.send("/whoami")
        said: list[Seen] = []
        while not said or "You may do everything" not in said[-1].text:
            said.append(await phone.wait())
            clock.advance(1)
    assert 0 < len(said) - 1 < 40


async def test_restart_restarts(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    before = engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web")
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/restart -t 0 web")
    assert seen.text == "Restarted web@local."
    assert engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web") != before


async def test_rm_asks_and_then_removes(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        asked = await phone.ask("/rm web")
        assert asked.text.startswith("Remove web@local?")
        assert await agree(asked, "Remove web@local", clock) == ""
        done = await asked.changed()
    assert done.text == "Removed web@local."
    assert engine.docker("ps", "-aq") == ""


async def test_of_several_all_are_tried_and_each_is_reported(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("create", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        seen = await phone.ask("/kill web nowhere")
        audit = await phone.ask("/audit -a -t web")
    assert "It does not run" in seen.text
    assert "x not there: nowhere@local" in seen.text
    assert "kill web" in audit.text
    assert "failed" in audit.text
