"""A container's name alone: its card, for who reads it."""

from __future__ import annotations

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead, agree
from tests.e2e.talk import ask, tap
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def running(engine: Engine, name: str = "web") -> None:
    engine.docker("run", "-d", "-p", "127.0.0.1:0:80", "--name", name, "busybox", "sleep", "1000")


async def test_a_name_alone_is_a_card(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    running(engine)
    async with pierhead.running():
        seen = await ask(phone, "/web")
        assert seen.text.splitlines()[0].startswith("web@local: up ")
        for word in ("image", "busybox", "ports", "→80", "cpu", "memory"):
            assert word in seen.text
        assert seen.buttons == [
            ["Logs", "Details", "Refresh"],
            ["Restart web@local…"],
            ["Stop web@local…"],
        ]
        await tap(seen, "Stop web@local…")
        assert (await phone.wait()).text.startswith("Stop web@local?")


async def test_what_is_down_can_be_started(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    running(engine, "my-app")
    engine.docker("stop", "-t", "0", "my-app")
    async with pierhead.running():
        seen = await ask(phone, "/my-app@pierhead_bot @local")
        assert "Start my-app@local…" in seen.buttons[1]
        await tap(seen, "Start my-app@local…")
        await agree(await phone.wait(), "Start my-app@local", clock)
        assert "Started my-app@local." in (await phone.wait()).text


async def test_a_viewer_is_offered_no_change(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    running(engine)
    async with pierhead.running():
        seen = await ask(telegram.private(VIEWER), "/web")
        assert seen.buttons == [["Logs", "Details", "Refresh"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/restrat", "There is no command /restrat."),
        ("/restrat web", "There is no command /restrat."),
        ("/nothing-like-it", "There is no command /nothing-like-it."),
        ("/we", "There is no we on local."),
    ],
)
async def test_what_is_neither(
    pierhead: Pierhead, phone: Phone, engine: Engine, line: str, said: str
) -> None:
    running(engine)
    async with pierhead.running():
        assert (await ask(phone, line)).text.splitlines()[0] == said


async def test_a_picker_offers_what_was_used_last_first(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    for name in ("aa", "bb", "cc"):
        running(engine, name)
    async with pierhead.running():
        assert (await ask(phone, "/logs")).buttons[0] == ["aa", "bb"]
        await ask(phone, "/logs cc")
        assert (await ask(phone, "/logs")).buttons[0] == ["cc", "aa"]
