"""Taps: old, used, double, forged, someone else's, too quick, or while nobody polled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox, Seen
from sandbox.state import acts
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, STRANGER, VIEWER, Clock, Pierhead, agree
from tests.e2e.luck import Between, audited, between, eventually, outcomes
from tests.private_engine import Engine

QUESTION = "Remove web@local"
NOT_YOURS = "This button is not for you, or is no longer known."
ANSWERED = "This was answered already."


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("create", "--name", "web", "busybox")
    return engine


@pytest.fixture
async def socket(tmp_path: Path, engine: Engine) -> AsyncIterator[Between]:
    async with between(tmp_path, engine) as one:
        yield one


def there(engine: Engine) -> bool:
    return engine.docker("ps", "-aq", "--filter", "name=web") != ""


async def read(asked: Seen, clock: Clock) -> None:
    """Let enough time pass for the question to be read; the bot knows that it was shown."""
    await asked.phone.ask("/whoami")
    clock.advance(2)


async def test_an_old_question_ends_by_itself_and_its_message_says_so(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/rm web")
        clock.advance(301)
        ended = await asked.changed()
        assert ended.text.startswith("Nobody answered in time.")
        assert ended.buttons == []
        assert await asked.tap(QUESTION) != ""
    assert there(web)
    assert outcomes(tmp_path, "container rm") == ["requested", "awaiting", "expired"]


async def test_a_tap_at_the_very_end_does_nothing(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.pipeline.upkeep.calls.waiting", lambda *_: [])  # not ended yet
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/rm web")
        await read(asked, clock)
        clock.advance(300)
        assert (
            await asked.tap(QUESTION)
            == "This is too old. Nothing was done. Type the command again."
        )
    assert there(web)


async def test_a_used_button_is_answered_and_not_run(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/rm web")
        await agree(asked, QUESTION, clock)
        await asked.changed()
        assert await asked.tap(QUESTION) == ANSWERED
        assert await asked.tap("Not now") == ANSWERED
    assert outcomes(tmp_path, "container rm")[2:] == ["started", "finished"]


async def test_two_taps_at_once_run_once(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/rm web")
        await read(asked, clock)
        toasts = await asyncio.gather(asked.tap(QUESTION), asked.tap(QUESTION))
        assert sorted(toasts) == ["", ANSWERED]
        assert (await asked.changed()).text == "Removed web@local."
    assert outcomes(tmp_path, "container rm")[2:] == ["started", "finished"]
    assert asked.now is not None
    assert asked.now.text == "Removed web@local."


async def test_not_now_is_no_answer_to_what_has_begun(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    socket: Between,
    tmp_path: Path,
    clock: Clock,
) -> None:
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    socket.holds = lambda request: request.startswith("DELETE")
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/rm web")
        await read(asked, clock)
        await asked.tap(QUESTION)
        await socket.held.wait()
        assert await asked.tap("Not now") == ANSWERED
        assert asked.now is not None
        assert "Not done" not in asked.now.text
        socket.release()
        assert (await asked.changed()).text == "Removed web@local."
    assert outcomes(tmp_path, "container rm")[2:] == ["started", "finished"]


async def test_what_is_gone_at_the_tap_is_told_and_over(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await telegram.private(OWNER).ask("/container prune")
        await read(asked, clock)
        web.docker("rm", "web")
        await asked.tap(asked.buttons[-1][-1])
        changed = await asked.changed()
        assert "nothing to remove" in changed.text
        assert await asked.tap(asked.buttons[-1][-1]) == ANSWERED
    assert outcomes(tmp_path, "container prune")[-1] == "cancelled"


async def test_a_forged_button_is_refused_and_recorded(
    telegram: Sandbox, pierhead: Pierhead, tmp_path: Path
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.ask("/whoami")
        for data in ("", "x" * 64, "../../etc", "call:1"):
            assert await phone.tap_data(data) == NOT_YOURS
    assert outcomes(tmp_path, "tap") == ["denied", "denied"]  # the first, and how many more


async def test_many_forged_buttons_are_one_row_an_hour_and_then_not_even_looked_up(
    telegram: Sandbox, pierhead: Pierhead, tmp_path: Path, clock: Clock
) -> None:
    clock.stop()
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.ask("/whoami")
        for number in range(60):
            assert await phone.tap_data(f"x{number}") == NOT_YOURS
        assert await phone.tap_data("x60") == "Too much at once. Try again in 1 s."
        clock.advance(3601)
        await eventually(lambda: len(audited(tmp_path, "tap")) == 2, clock)
        for data in ("x61", "x62"):
            assert await phone.tap_data(data) == NOT_YOURS
    rows = audited(tmp_path, "tap")
    assert [(row["actor"], row["count"]) for row in rows] == [(OWNER, n) for n in (1, 59, 1, 1)]


async def test_someone_elses_button_is_refused_and_recorded(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await telegram.group(GROUP, OWNER).ask("/rm@pierhead_bot web")
        clock.advance(2)
        other = telegram.group(GROUP, OPERATOR)
        assert await other.tap_data(asked.data_of(QUESTION), asked) == NOT_YOURS
    assert there(web)
    assert [row["actor"] for row in audited(tmp_path, "tap")] == [OPERATOR]


async def test_a_button_from_another_chat_or_message_is_refused(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        asked = await phone.ask("/rm web")
        other = await phone.ask("/whoami")
        elsewhere = await telegram.group(GROUP, OWNER).ask("/whoami@pierhead_bot")
        clock.advance(2)
        data = asked.data_of(QUESTION)
        assert await phone.tap_data(data, other) == NOT_YOURS
        assert await telegram.group(GROUP, OWNER).tap_data(data, elsewhere) == NOT_YOURS
    assert there(web)
    assert outcomes(tmp_path, "tap") == ["denied", "denied"]  # the first, and how many more


async def test_a_tap_that_is_too_quick_is_answered_and_the_next_one_counts(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        await read(await telegram.private(OWNER).ask("/whoami"), clock)
        asked = await telegram.private(OWNER).ask("/rm web")
        assert await asked.tap(QUESTION) == "That was quick. Read it, then tap again."
        assert there(web)
        await read(asked, clock)
        assert await asked.tap(QUESTION) == ""
        assert (await asked.changed()).text == "Removed web@local."


async def test_a_tap_while_nobody_polled_is_stale_and_the_next_one_counts(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, clock: Clock
) -> None:
    phone = telegram.private(OWNER)
    async with pierhead.running():
        asked = await phone.ask("/rm web")
        await read(asked, clock)
    tap = asyncio.ensure_future(asked.tap(QUESTION))
    await asyncio.sleep(0)
    clock.advance(70)
    async with pierhead.running():
        assert await tap == "I was away when you tapped. Nothing was done: tap again."
        assert there(web)
        await read(asked, clock)
        assert await asked.tap(QUESTION) == ""
        assert (await asked.changed()).text == "Removed web@local."


async def test_a_strangers_tap_reaches_nothing(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    telegram.set_member(GROUP, STRANGER)
    async with pierhead.running():
        asked = await telegram.group(GROUP, OWNER).ask("/rm@pierhead_bot web")
        clock.advance(2)
        stranger = telegram.group(GROUP, STRANGER)
        acts.tap(telegram.world, STRANGER, stranger.chat, asked.id, asked.data_of(QUESTION))
        await telegram.private(OWNER).ask("/whoami")
    assert there(web)
    assert audited(tmp_path, "tap") == []


async def test_who_may_no_longer_is_refused_at_the_tap(
    telegram: Sandbox, pierhead: Pierhead, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running() as app:
        asked = await telegram.private(OWNER).ask("/rm web")
        await read(asked, clock)
        app.policy.freeze()
        await asked.tap(QUESTION)
        assert "Nothing was changed." in (await asked.changed()).text
    assert there(web)
    assert outcomes(tmp_path, "container rm")[-1] == "denied"


async def test_a_stop_button_works_once_and_only_for_who_may(
    telegram: Sandbox, pierhead: Pierhead, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo one; sleep 1000")
    async with pierhead.running():
        seen = await telegram.group(GROUP, OPERATOR).ask("/logs@pierhead_bot -f web")
        while not seen.buttons:
            seen = await seen.changed()
        stop = seen.buttons[0][0]
        data = seen.data_of(stop)
        other = telegram.group(GROUP, VIEWER)
        assert await other.tap_data(data, seen) == "Only who started it or an owner can stop it."
        assert await seen.tap(stop) == "Stopping."
        await eventually(lambda: outcomes(tmp_path, "container logs")[-1] != "started")
        clock.advance(5)
        assert await telegram.group(GROUP, OPERATOR).tap_data(data, seen) != "Stopping."
