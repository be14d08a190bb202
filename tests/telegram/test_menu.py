"""The command menu gets to everybody who is enrolled, however often Telegram refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import telegram
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
)
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.access.policy import Group, Policy
from bot.telegram.menu import Menu
from tests.command.samples import NOWHERE, OWNER, REGISTRY, SCOPED, WORDS, policy
from tests.telegram.conftest import Clock, until

GROUP, AWAY = -10, -11


class Client:
    """A `Bot` that keeps the menus; `fails` are raised first, `without` have no chat with it."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.without: set[int] = set()
        self.none: TelegramError = BadRequest("Chat not found")
        self.cleared = 0
        self.menus: dict[tuple[int, str], list[str]] = {}
        self.grouped: dict[tuple[int, int], list[str]] = {}

    async def delete_my_commands(self, **_scope: object) -> None:
        self._fail()
        self.cleared += 1

    async def set_my_commands(
        self, commands: list[BotCommand], *, scope: BotCommandScope, language_code: str
    ) -> None:
        self._fail()
        said = [command.command for command in commands]
        if isinstance(scope, BotCommandScopeChatMember):
            group = int(scope.chat_id)
            if group == AWAY:
                raise Forbidden("bot is not a member of the supergroup chat")
            if (group, scope.user_id) != (GROUP, SCOPED):
                raise BadRequest("user not found")
            self.grouped[group, scope.user_id] = said
            return
        assert isinstance(scope, BotCommandScopeChat)
        person = int(scope.chat_id)
        if person in self.without:
            raise self.none
        self.menus[person, language_code] = said

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)


@asynccontextmanager
async def running(client: Client, clock: Clock, known: Policy | None = None) -> AsyncIterator[Menu]:
    bot = cast("telegram.Bot", cast("Any", client))
    hosts = ("nas", "db1")
    menu = Menu(bot, REGISTRY, known or policy(), hosts, lambda _: WORDS, clock.sleep)
    task = asyncio.ensure_future(menu.run())
    try:
        yield menu
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_everybody_has_what_they_may_in_each_language(clock: Clock) -> None:
    client = Client()
    async with running(client, clock) as menu:
        menu.publish(OWNER, SCOPED)
        await until(lambda: len(client.menus) == 4)
    assert set(client.menus) == {(p, code) for p in (OWNER, SCOPED) for code in ("", "ru")}
    assert "boxes" in client.menus[OWNER, ""]
    assert "hello" not in client.menus[OWNER, ""]
    assert client.cleared == 1


async def test_what_telegram_does_not_take_now_it_gets_later(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as `make_bot` sets it
    client = Client()
    client.fails = [NetworkError("down"), TypeError("unreadable"), RetryAfter(7)]
    async with running(client, clock) as menu:
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2, clock)
    assert client.fails == []
    assert client.cleared == 1


@pytest.mark.parametrize("none", [BadRequest("Chat not found"), Forbidden("bot was blocked")])
async def test_who_writes_for_the_first_time_gets_theirs_then(
    clock: Clock, none: TelegramError
) -> None:
    client = Client()
    client.none = none
    client.without = {SCOPED}
    async with running(client, clock) as menu:
        menu.publish(SCOPED)
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2)
        menu.met(SCOPED)
        client.without.clear()
        menu.met(SCOPED)
        await until(lambda: len(client.menus) == 4)
        menu.met(SCOPED)
        menu.met(OWNER)
        assert menu._due == set()


async def test_in_a_group_who_is_in_it_has_theirs(clock: Clock) -> None:
    client = Client()
    client.without = {SCOPED}  # also without a private chat
    async with running(client, clock, policy(Group(AWAY), Group(GROUP))) as menu:
        menu.publish(OWNER, SCOPED)
        await until(lambda: len(client.menus) == 2 and client.grouped != {})
    assert set(client.grouped) == {(GROUP, SCOPED)}
    assert "boxes" in client.grouped[GROUP, SCOPED]


async def test_changes_are_offered_where_one_of_the_hosts_can_be_changed(clock: Clock) -> None:
    client = Client()
    known = policy(read_only=frozenset({"nas", "db1"}))
    async with running(client, clock, known) as menu:
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2)
        assert not {"start", "box_mv", "box_rm"} & set(client.menus[OWNER, ""])
        assert "boxes" in client.menus[OWNER, ""]
        client.menus.clear()
        known.allow_writes()
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2)
        assert {"start", "box_mv", "box_rm"} <= set(client.menus[OWNER, ""])


async def test_who_is_on_a_host_that_is_gone_is_offered_nothing_of_it(clock: Clock) -> None:
    client = Client()
    async with running(client, clock) as menu:
        menu.publish(NOWHERE)
        await until(lambda: len(client.menus) == 2)
    assert client.menus[NOWHERE, ""] == []
