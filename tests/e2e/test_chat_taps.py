"""Buttons that are forged, old, used, double, too quick, or somebody else's; edited messages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.luck import outcomes
from tests.e2e.talk import ask, tap
from tests.private_engine import Engine

UNKNOWN = "This button is not for you, or is no longer known."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("create", "--name", "web", "busybox")
    return engine


def there(engine: Engine) -> bool:
    return engine.docker("ps", "-aq") != ""


async def test_only_who_was_asked_may_answer(
    pierhead: Pierhead, telegram: Sandbox, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await ask(telegram.group(GROUP, OWNER), "/rm@pierhead_bot web")
        data = asked.data_of("Remove web@local")
        clock.advance(2)
        other = telegram.group(GROUP, OPERATOR)
        assert await other.tap_data(data, asked) == UNKNOWN
        assert await other.tap_data(asked.data_of("Not now"), asked) == UNKNOWN
        elsewhere = await ask(phone, "/whoami")
        assert await phone.tap_data(data, elsewhere) == UNKNOWN
        for forged in ("x", "0" * 22, "é" * 32, data[:-1], f"{data[:-1]}{'AB'[data[-1] == 'A']}"):
            assert await phone.tap_data(forged, elsewhere) == UNKNOWN
        audit = await ask(phone, "/audit -c tap")
        assert audit.text.splitlines()[0] == "Audit: 2 shown, newest first"
        assert "ops-1 (…0007): tap, denied" in (await ask(phone, "/audit -c tap -u 7")).text
        assert there(web)
        await tap(asked, "Remove web@local")
        assert (await asked.changed()).text == "Removed web@local."


async def test_a_question_is_answered_once(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        other = await ask(phone, "/language")
        await tap(other, "English")
        await other.changed()
        asked = await ask(phone, "/rm web")
        assert "quick" in await asked.tap("Remove web@local")
        assert there(web)
        clock.advance(2)
        toasts = await asyncio.gather(*(asked.tap("Remove web@local") for _ in range(3)))
        done = await asked.changed()
        while done.now and done.now.text != "Removed web@local.":
            done = await done.changed()
        assert min(toasts) == ""
        assert await tap(asked, "Remove web@local") == "This was answered already."
        assert await tap(asked, "Not now") == "This was answered already."
        audit = await ask(phone, "/audit --all -c rm -o started")
        assert audit.text.splitlines()[0] == "Audit: 1 shown"
    assert not there(web)


async def test_a_dropped_or_old_question_does_nothing(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await ask(phone, "/rm web")
        await tap(asked, "Not now")
        assert (await asked.changed()).text == "Not done. Nothing was changed."
        clock.advance(2)
        assert await tap(asked, "Remove web@local") == "This was answered already."
        old = await ask(phone, "/rm web")
        clock.advance(301)
        assert await tap(old, "Remove web@local") in {
            "This is too old. Nothing was done. Type the command again.",
            "This was answered already.",
        }
    assert there(web)


async def test_a_question_outlives_a_restart(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await ask(phone, "/rm web")
    async with pierhead.running():
        await ask(phone, "/whoami")
        await tap(asked, "Remove web@local")
        assert (await asked.changed()).text == "Removed web@local."
    assert not there(web)


async def test_a_choice_that_changes_something_is_taken_once(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for name in ("db", "web"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
        engine.docker("pause", name)
    async with pierhead.running():
        picker = await ask(phone, "/unpause")
        db, web = picker.buttons[0]
        clock.advance(2)
        toasts = await asyncio.gather(*(tap(picker, web) for _ in range(3)))
        assert sorted(toasts) == ["", "This was answered already.", "This was answered already."]
        assert (await phone.wait()).text == "web@local goes on."
        for label in (web, db):
            assert await tap(picker, label) == "This was answered already."
        started = await ask(phone, "/audit --all -c unpause -o started")
        assert started.text.splitlines()[0] == "Audit: 1 shown"


async def test_a_choice_that_asks_first_is_asked_about_once_and_a_read_is_read_again(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        picker = await ask(phone, "/restart")
        assert await tap(picker, picker.buttons[0][0]) == ""
        assert (await phone.wait()).text.startswith("Restart web@local?")
        assert await tap(picker, picker.buttons[0][0]) == "This was answered already."
        reads = await ask(phone, "/top")
        for _ in range(2):
            assert await tap(reads, reads.buttons[0][0]) == ""
            assert (await phone.wait()).text.startswith("web@local: 1 process")


async def test_an_edited_message_never_runs(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    before = engine.docker("inspect", "-f", "{{.State}}", "web")
    async with pierhead.running():
        message = await phone.send("/whoami")
        await phone.wait()
        await phone.edit(message, "/kill web")
        await phone.send("/kill web", forwarded_from=OPERATOR)
        assert (await ask(phone, "/whoami")).text.startswith("You are")
    assert engine.docker("inspect", "-f", "{{.State}}", "web") == before


async def test_two_choices_at_once_lead_to_one_question(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    for name in ("db", "web"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    async with pierhead.running():
        picker = await ask(phone, "/restart")
        toasts = await asyncio.gather(*(tap(picker, label) for label in picker.buttons[0]))
        said = [(await phone.wait()).text for toast in toasts if toast == ""]
        asked = [text for text in said if text.startswith("Restart ")]
        assert len(asked) == 1
        assert all("This was done before" in text for text in said if text not in asked)
    states = outcomes(tmp_path, "container restart")
    assert states.count("awaiting") == 1
    assert states.count("failed") == len(said) - 1
