"""Telegram is down, slow or cross: what is said is late and not lost, and nobody else waits."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from telegram.request import HTTPXRequest

from bot.app import App, Console
from bot.config import load
from sandbox import Fault, Person, Sandbox
from tests.e2e.conftest import (
    GROUP,
    OPERATOR,
    OWNER,
    STRANGER,
    TOKEN,
    UNLINKED,
    VIEWER,
    Clock,
    Pierhead,
    environment_of,
)
from tests.e2e.luck import asked, called, count, eventually, logged, until
from tests.private_engine import Engine


async def test_down_at_the_start(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("getMe", Fault.cut())
    telegram.fail("getWebhookInfo", Fault.status(502))
    app = App(
        load(None, pierhead.environment),
        Console(pierhead.messages.append),
        clock,
        sleep=clock.sleep,
    )
    stop = asyncio.Event()
    running = asyncio.ensure_future(app.run(stop))
    await called(telegram, "getMe")
    await logged(caplog, "Telegram can't be reached")
    assert not app.ready.is_set()
    assert not running.done()
    clock.advance(10)
    await called(telegram, "getWebhookInfo")
    while not app.ready.is_set():
        clock.advance(10)
        await asyncio.sleep(0.01)
    assert "owner" in (await telegram.private(OWNER).ask("/whoami")).text
    stop.set()
    await running


async def test_what_names_the_bot_waits_until_telegram_has_told_its_name(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, tmp_path: Path
) -> None:
    group, phone = telegram.group(GROUP, OWNER), telegram.private(OWNER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.telegram.dispatch.Dispatcher._take", _nothing)
        async with pierhead.running():
            await group.send("/whoami@pierhead_bot")
            await phone.send("/whoami@pierhead_bot")
            await eventually(lambda: count(tmp_path, "inbox", "state = 'new'") == 2)
    asked_before = len(telegram.calls("getMe"))
    telegram.fail("getMe", Fault.status(502))
    telegram.fail("getWebhookInfo", Fault.status(502), 1000)
    stop = asyncio.Event()
    app = App(
        load(None, pierhead.environment),
        Console(pierhead.messages.append),
        clock,
        sleep=clock.sleep,
    )
    running = asyncio.ensure_future(app.run(stop))
    await called(telegram, "getMe", asked_before + 1)
    assert count(tmp_path, "inbox", "state = 'new'") == 2
    clock.advance(10)
    for one in (group, phone):
        assert (await one.wait()).text.startswith("You are owner")
    assert not app.ready.is_set()  # more of Telegram is not needed
    telegram.heal()
    stop.set()
    await running


async def _nothing(*_: object) -> list[object]:
    return []


async def test_a_429_makes_late_and_keeps_nobody_else(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        await telegram.private(OPERATOR).ask("/whoami")
        telegram.fail("sendMessage", Fault.retry(3600))
        await telegram.private(OWNER).send("/whoami")
        await logged(caplog, "again in 3600 s")
        await telegram.private(OPERATOR).ask("/whoami")
        assert telegram.private(OWNER).unseen() == []
        clock.advance(3601)
        await until(telegram.private(OWNER), "owner")
    assert len(telegram.private(OWNER).history) == 2


@pytest.mark.parametrize("fault", [Fault.status(502), Fault.status(500), Fault.cut()])
async def test_what_was_not_handled_is_sent_once(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, fault: Fault
) -> None:
    async with pierhead.running():
        telegram.fail("sendMessage", fault, 2)
        await telegram.private(OWNER).send("/whoami")
        await called(telegram, "sendMessage")
        await called(telegram, "sendMessage", 3, clock)
        await until(telegram.private(OWNER), "owner")
    assert len(telegram.private(OWNER).history) == 2


async def test_an_answer_cut_off_after_it_was_handled_may_come_twice_and_no_more(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock
) -> None:
    async with pierhead.running():
        telegram.fail("sendMessage", Fault.cut().after())
        await telegram.private(OWNER).send("/whoami")
        await called(telegram, "sendMessage")
        await called(telegram, "sendMessage", 2, clock)
    said = [seen.text for seen in telegram.private(OWNER).history[1:]]
    assert len(said) == 2
    assert said[0] == said[1]


async def test_a_call_that_hangs_is_made_again_and_keeps_nobody_else(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(HTTPXRequest, read_timeout=0.5)
    monkeypatch.setattr("bot.telegram.connection.HTTPXRequest", impatient)
    async with pierhead.running():
        await telegram.private(VIEWER).ask("/whoami")
        telegram.fail("sendMessage", Fault.hang())
        await telegram.private(OWNER).send("/whoami")
        await called(telegram, "sendMessage", 2)
        await telegram.private(VIEWER).ask("/whoami")
        assert len(telegram.private(OWNER).history) == 1
        await called(telegram, "sendMessage", 4, clock)
        await until(telegram.private(OWNER), "owner")
    assert len(telegram.private(OWNER).history) == 2


async def test_what_could_not_be_sent_is_sent_by_the_next_start(
    telegram: Sandbox, pierhead: Pierhead
) -> None:
    async with pierhead.running():
        telegram.fail("sendMessage", Fault.status(502), 100)
        await telegram.private(OWNER).send("/whoami")
        await called(telegram, "sendMessage")
    telegram.heal()
    async with pierhead.running():
        await until(telegram.private(OWNER), "owner")
    assert len(telegram.private(OWNER).history) == 2


async def test_polls_that_fail_are_asked_again(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        await called(telegram, "getUpdates", 2)  # the first does not wait
        for fault in (Fault.status(502), Fault.cut(), Fault.retry(7), Fault.status(401)):
            telegram.fail("getUpdates", fault)
        polls = len(telegram.calls("getUpdates"))
        phone = telegram.private(OWNER)
        await phone.send("/whoami")  # ends the poll that is under way
        await until(phone, "owner")
        await called(telegram, "getUpdates", polls + 5, clock)
        await phone.send("/whoami")
        await until(phone, "owner")
    assert "Telegram refuses the token" in caplog.text
    assert "Telegram answers again" in caplog.text


async def test_while_it_is_down_answers_wait_and_go_as_soon_as_it_is_back(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.ask("/whoami")
        telegram.fail("sendMessage", Fault.cut(), 1000)
        await phone.send("/version")
        await logged(caplog, "again in")
        telegram.fail("*", Fault.cut(), 1000)
        await phone.send("/whoami")  # ends the poll that is under way
        await called(telegram, "sendMessage", 6, clock)
        telegram.heal()
        await called(telegram, "getUpdates", len(telegram.calls("getUpdates")) + 2, clock)
        await until(phone, "Docker")


async def test_entities_that_cannot_be_parsed_go_out_plain_and_untappable(
    telegram: Sandbox, pierhead: Pierhead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.markup.escape", lambda text, **_: text)
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/rm '<b>/stop@x https://x.org'")
    assert "<b>/stop@x https://x.org" in seen.text
    assert seen.tappable == []
    assert len(telegram.calls("sendMessage")) == 2


async def test_a_message_that_is_gone_is_said_anew(
    telegram: Sandbox, pierhead: Pierhead, engine: Engine, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        question = await phone.ask("/rm web")
        del phone.chat.messages[question.id]
        clock.advance(301)  # the question ends, its message is to say so
        said = await phone.wait()
    assert said.id != question.id
    assert said.text.startswith("Nobody answered in time.")


async def test_an_edit_that_changes_nothing_is_no_error(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        telegram.fail("sendMessage", Fault.cut().after())
        await telegram.private(OWNER).send("/whoami")
        await called(telegram, "sendMessage")
        await called(telegram, "sendMessage", 2, clock)
        await telegram.private(VIEWER).ask("/whoami")
    assert "given up" not in caplog.text


async def test_who_has_blocked_the_bot_is_given_up(
    telegram: Sandbox, pierhead: Pierhead, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.send("/whoami")
        phone.block()
        await logged(caplog, "given up")
        await telegram.private(VIEWER).ask("/whoami")
        phone.unblock()
        assert "owner" in (await phone.ask("/whoami")).text
    assert len(phone.history) == 3


async def test_a_group_that_has_thrown_the_bot_out_is_given_up(
    telegram: Sandbox, pierhead: Pierhead, caplog: pytest.LogCaptureFixture
) -> None:
    async with pierhead.running():
        group = telegram.group(GROUP, OWNER)
        await group.send("/whoami@pierhead_bot")
        telegram.set_bot_status(GROUP, "kicked")
        await logged(caplog, "given up")
        await telegram.private(VIEWER).ask("/whoami")


async def test_a_group_that_becomes_a_supergroup_is_answered_there(
    telegram: Sandbox, pierhead: Pierhead, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = -77, -100_77
    telegram.world.add_group(old, "Old", (OWNER, VIEWER))
    pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-old}__HOSTS"] = "local"
    async with pierhead.running():
        await telegram.group(old, OWNER).ask("/whoami@pierhead_bot")
        telegram.fail("sendMessage", Fault.retry(3600))
        await telegram.group(old, OWNER).send("/whoami@pierhead_bot")
        await logged(caplog, "again in 3600 s")
        telegram.upgrade(old, new)
        # In steps: a single one could come before the bot has begun to wait.
        await called(telegram, "sendMessage", 4, pierhead.clock)
        await until(telegram.group(new, OWNER), "owner")
        await telegram.group(new, VIEWER).send("/whoami@pierhead_bot")
        await until(telegram.group(new, VIEWER), "viewer")
    assert "give the config its new id" in caplog.text
    assert telegram.calls("leaveChat") == []


async def test_a_group_that_nobody_linked_is_left_without_a_word(
    telegram: Sandbox, pierhead: Pierhead
) -> None:
    async with pierhead.running():
        await telegram.group(UNLINKED, OWNER).send("/ps@pierhead_bot")
        await called(telegram, "leaveChat")
        await telegram.private(OWNER).ask("/whoami")
        await telegram.group(UNLINKED, STRANGER).send("hello")
        await telegram.private(OWNER).ask("/whoami")
    assert len(telegram.calls("leaveChat")) == 1
    texts = [seen.text for seen in telegram.group(UNLINKED, OWNER).history]
    assert texts[:1] == ["/ps@pierhead_bot"]


@pytest.mark.usefixtures("engine")
async def test_sixty_messages_to_one_group_arrive_in_order_and_provoke_no_429(
    engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    people = {OWNER: Person(OWNER, "Olga", "en")}
    groups = {GROUP: ("Ops", (OWNER,))}
    async with Sandbox(TOKEN, people, groups, clock=clock, limits=True) as telegram:
        pierhead = Pierhead(environment_of(telegram, engine.url, tmp_path), clock)
        group = telegram.group(GROUP, OWNER)
        async with pierhead.running():
            for number in range(60):
                await group.send(f"/logs@pierhead_bot no{number}")
            await eventually(lambda: count(tmp_path, "outbox") == 60)
            await eventually(lambda: len(telegram.calls("sendMessage")) == 60, clock, 4)
            await eventually(lambda: count(tmp_path, "outbox", "state = 'sent'") == 60)
        assert len({seen.text for seen in group.unseen()}) == 60
    assert len(telegram.calls("sendMessage")) == 60
    ordered = "SELECT message_id FROM outbox JOIN slot USING (slot) ORDER BY outbox.id"
    accepted = asked(tmp_path, ordered)
    assert len(accepted) == 60
    assert accepted == sorted(accepted)
