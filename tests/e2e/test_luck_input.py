"""What people type: wrong, spoilt, huge, hostile, a hundred at once. Each gets a clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, RUSSIAN, VIEWER, Clock, Pierhead
from tests.e2e.luck import audited, count, eventually, outcomes
from tests.private_engine import Engine

LONG = 4096


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    return engine


WRONG = {
    "/restat web": "Did you mean /restart",
    "/frobnicate": "/help lists what you may do.",
    "/ps --al": "--all",
    "/ps --frobnicate": "--frobnicate",
    "/restart": "/restart: which container on local?",
    "/restart wbe": "There is no wbe on local.",
    "/restart we": "Did you mean one of these?",
    "/restart w℮b": "There is no w℮b on local.",
    "/restart 'web": "A quote is opened and never closed",
    "/logs web | grep x": "No shell runs here",
    "/logs web > x; rm -rf /": "No shell runs here",
    "/ps @nowhere": "There is no host nowhere.",
    "/restart web\n/stop web": "One command a message",
    "/restart web\u2067": "There is no web\\u2067 on local.",
    "/restart w\0eb": "w@local and eb@local",  # Telegram makes a space of a NUL
    "/" + "x" * (LONG - 1): "There is no command",
    "/restart " + "w" * (LONG - 9): "There is no w",
    "hello": "Commands begin with a slash",
    "/": "There is no command /",
    "/ps " + "-a " * 1000: "local: all well",
}


async def test_a_sentence_says_what_is_wrong_and_nothing_is_changed(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, clock: Clock
) -> None:
    before = web.docker("inspect", "-f", "{{.State.StartedAt}}", "web")
    async with pierhead.running():
        for typed, told in WRONG.items():
            clock.advance(4)
            seen = await telegram.private(OWNER).ask(typed)
            assert told in seen.text, typed[:80]
            assert all(word.startswith("/") for word in seen.tappable), seen.tappable
    assert web.docker("inspect", "-f", "{{.State.StartedAt}}", "web") == before


async def test_it_is_said_in_the_readers_language(
    telegram: Sandbox, pierhead: Pierhead, web: Engine
) -> None:
    async with pierhead.running():
        seen = await telegram.private(RUSSIAN).ask("/restat web")
    assert "/restart" in seen.text
    assert "Did you mean" not in seen.text


async def test_continuation_lines_pasted_from_a_terminal_are_one_command(
    telegram: Sandbox, pierhead: Pierhead, web: Engine
) -> None:
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("$ docker restart \\\n  -t 0 \\\n  web")
    assert seen.text == "Restarted web@local."


async def test_an_edited_message_never_runs(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        sent = await phone.send("/whoami")
        await phone.wait()
        await phone.edit(sent, "/restart -t 0 web")
        await phone.ask("/whoami")
    assert outcomes(tmp_path, "container restart") == []


async def test_what_came_late_is_listed_and_not_run(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    phone = telegram.private(OWNER)
    await phone.send("/restart web")
    await phone.send("/stop web")
    clock.advance(61)
    async with pierhead.running():
        late = await phone.wait()
        assert "Not run:" in late.text
        assert "/restart web" in late.text
        assert "/stop web" in late.text
        assert late.buttons[0] == ["Run none"]
        clock.advance(5)
        await phone.ask("/whoami")
        clock.advance(2)
        offered = next(row[0] for row in late.buttons if row[0].startswith("Restart web@local"))
        assert await late.tap(offered) == ""
        asked = await phone.wait()
        assert asked.text.startswith("Restart web@local?")
    assert outcomes(tmp_path, "container stop") == []
    assert outcomes(tmp_path, "container restart") == ["requested", "awaiting"]


async def test_a_hundred_commands_at_once_from_one_person(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    pierhead.environment["PIERHEAD_LIMITS__RATE"] = "10"
    async with pierhead.running():
        clock.stop()
        phone = telegram.private(OWNER)
        for _ in range(100):
            await phone.send("/version")
        assert "operator" in (await telegram.private(OPERATOR).ask("/whoami")).text
        await eventually(lambda: count(tmp_path, "inbox", "state = 'done'") == 101)
        await eventually(lambda: "Not run: 9" in phone.history[-1].text, clock)
        refused = [seen for seen in phone.history if "Too much at once." in seen.text]
        assert len(refused) == 1
        assert "90 commands, the last: " in refused[0].text
        assert len(phone.history) == 100 + 10 + 1
        assert len(audited(tmp_path, "version")) == 2 * 10
        clock.advance(60)
        assert "Docker" in (await phone.ask("/version")).text


async def test_changes_to_one_target_run_in_the_order_of_the_messages(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        for _ in range(5):
            await phone.send("/kill web")
            await phone.send("/restart -t 0 web")
        await eventually(lambda: count(tmp_path, "inbox", "state = 'done'") == 10)
    assert web.docker("inspect", "-f", "{{.State.Running}}", "web") == "true"
    begun = [row["command"] for row in audited(tmp_path) if row["outcome"] == "started"]
    assert begun == ["container kill", "container restart"] * 5
    ended = [row["command"] for row in audited(tmp_path) if row["outcome"] == "finished"]
    assert ended == begun


async def test_a_viewer_is_told_what_is_missing_and_who_can_give_it(
    telegram: Sandbox, pierhead: Pierhead, web: Engine
) -> None:
    async with pierhead.running():
        seen = await telegram.private(VIEWER).ask("/restart web")
    assert seen.text.startswith("Not done: restart web@local")
    assert "Nothing was changed." in seen.text
