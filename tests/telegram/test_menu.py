"""The command menu gets to everybody who is enrolled, however often Telegram refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import telegram
from telegram import BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.telegram.menu import Menu
from tests.command.samples import OWNER, REGISTRY, SCOPED, WORDS, policy
from tests.telegram.conftest import Clock, until


class Client:
    """A `Bot` that keeps the menus; `fails` are raised first, `without` have no chat with it."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.without: set[int] = set()
        self.cleared = 0
        self.menus: dict[tuple[int, str], list[str]] = {}

    async def delete_my_commands(self, **_scope: object) -> None:
        self._fail()
        self.cleared += 1

    async def set_my_commands(
        self, commands: list[BotCommand], *, scope: BotCommandScopeChat, language_code: str
    ) -> None:
        self._fail()
        person = int(scope.chat_id)
        if person in self.without:
            raise BadRequest("Chat not found")
        self.menus[person, language_code] = [command.command for command in commands]

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)


@asynccontextmanager
async def running(client: Client, clock: Clock) -> AsyncIterator[Menu]:
    bot = cast("telegram.Bot", cast("Any", client))
    menu = Menu(bot, REGISTRY, policy(), lambda _: WORDS, clock.sleep)
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


async def test_what_telegram_does_not_take_now_it_gets_later(clock: Clock) -> None:
    client = Client()
    client.fails = [NetworkError("down"), NetworkError("down"), RetryAfter(7)]
    async with running(client, clock) as menu:
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2, clock)
    assert client.fails == []
    assert client.cleared == 1


async def test_who_writes_for_the_first_time_gets_theirs_then(clock: Clock) -> None:
    client = Client()
    client.without = {SCOPED}
    async with running(client, clock) as menu:
        menu.publish(SCOPED)
        menu.publish(OWNER)
        await until(lambda: len(client.menus) == 2)
        menu.met(SCOPED)
        client.without.clear()
        menu.met(SCOPED)
        await until(lambda: len(client.menus) == 4)
        client.menus.clear()
        menu.met(SCOPED)
        menu.met(OWNER)
        await asyncio.sleep(0)
    assert client.menus == {}
