"""A container's name alone: its card, for who reads it."""

from __future__ import annotations

import re

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead, agree
from tests.e2e.talk import ask, monospace_of, tap
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def running(engine: Engine, name: str = "web") -> None:
    options = ("-p", "127.0.0.1:0:80", "--stop-timeout", "1", "--name", name)
    engine.docker("run", "-d", *options, "busybox", "sleep", "1000")


def state(engine: Engine, name: str = "web") -> str:
    return engine.docker("inspect", "-f", "{{.State.Status}}", name)


async def test_a_name_alone_is_a_card(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    running(engine)
    async with pierhead.running():
        seen = await ask(phone, "/web")
        assert seen.text.splitlines()[0].startswith("web@local: up ")
        for line in (
            r"image +busybox",
            r"port +127\.0\.0\.1:\d+ → 80/tcp",
            r"cpu +",
            r"memory +\d",
        ):
            assert re.search(line, seen.text)
        assert seen.buttons == [
            ["Logs", "Details", "More…", "Refresh"],
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
        assert seen.buttons == [["Logs", "Details", "More…", "Refresh"]]
        await tap(seen, "More…")
        more = await seen.changed()
        looks = [["Figures", "Chart"], ["Processes", "Ports"], ["Changes"]]
        assert more.buttons == [["Logs", "Details", "Less", "Refresh"], *looks]
        assert "To be typed" not in more.text
        await tap(more, "Less")
        assert (await more.changed()).buttons == seen.buttons


async def test_all_that_an_owner_may(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    running(engine)
    async with pierhead.running():
        seen = await ask(phone, "/web")
        await tap(seen, "More…")
        more = await seen.changed()
        assert [row[0] for row in more.buttons[4:]] == [
            "Restart web@local…",
            "Stop web@local…",
            "Shell in web@local",
            "Attach to web@local",
            "Pause web@local…",
            "Kill web@local…",
        ]
        typed = [line for line in monospace_of(more) if line.startswith("/")]
        assert typed[1:3] == ["/cp web:/etc/hosts -", "/export web"]
        for label, answer in (("Figures", "% CPU"), ("Changes", "web@local: nothing")):
            phone.unseen()
            await tap(more, label)
            assert answer in (await phone.wait()).text
        for line in typed[:2]:
            assert (await ask(phone, line)).text.startswith(("web@local: ", "web:/etc/hosts@"))
        phone.unseen()
        await tap(more, "Pause web@local…")
        asked = await phone.wait()
        while not asked.text.startswith("Pause web@local?"):  # a file may still come
            asked = await phone.wait()
        await agree(asked, "Pause web@local", clock)
        assert "Paused web@local." in (await phone.wait()).text
        assert state(engine) == "paused"


@pytest.mark.parametrize(
    ("label", "after"),
    [
        ("Let web@local go on", "running"),
        ("Stop web@local…", "exited"),
        ("Kill web@local…", "exited"),
    ],
)
async def test_what_is_paused(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, label: str, after: str
) -> None:
    running(engine)
    engine.docker("pause", "web")
    async with pierhead.running():
        seen = await ask(phone, "/web")
        assert seen.buttons[1:] == [
            ["Let web@local go on"],
            ["Stop web@local…"],
            ["Kill web@local…"],
        ]
        await tap(seen, label)
        if label.endswith("…"):
            await agree(await phone.wait(), label.removesuffix("…"), clock)
        await phone.wait()
        assert state(engine) == after


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
