"""Telegram's command menu: what the `/` key offers, in each language, and to each person theirs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

import telegram
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
)
from telegram.error import BadRequest, Forbidden, RetryAfter

from bot.access.policy import Policy
from bot.command.languages import KNOWN
from bot.command.registry import Registry
from bot.command.spec import Command
from bot.message import Message
from bot.reply.words import Words
from bot.telegram.sending import asked

log = logging.getLogger(__name__)

_MOST = 100
_LONGEST = 256
_BACKOFF = (5.0, 15.0, 60.0, 300.0)  # seconds


class Menu:
    """Publishes menus until Telegram has taken them. `sleep` takes seconds.

    Each holds what the person may do on one of the `hosts` at least: in the private chat, and in
    the groups that they share with the bot. Who is not enrolled sees an empty one. Who has never
    written to the bot has no chat with it yet, or has blocked it, and gets theirs when they write.
    """

    def __init__(
        self,
        bot: telegram.Bot,
        registry: Registry,
        policy: Policy,
        hosts: Collection[str],
        words: Callable[[str], Words],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._registry = registry
        self._policy = policy
        self._hosts = hosts
        self._words = words
        self._sleep = sleep
        self._cleared = False
        self._due: set[int] = set()
        self._elsewhere: set[int] = set()
        self._wake = asyncio.Event()

    def publish(self, *people: int) -> None:
        """These persons' menus are due."""
        self._due.update(people)
        self._wake.set()

    def met(self, person: int) -> None:
        """Somebody has written: if there was no chat with them before, there is one now."""
        if person in self._elsewhere:
            self.publish(person)

    async def run(self) -> None:
        """Publish what is due until cancelled; what fails is tried again, later and later."""
        failures = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._all()
            except Exception as error:  # noqa: BLE001 - the menu is not worth the bot's end
                log.warning("the command menu could not be set: %s", type(error).__name__)
                pause = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                await self._sleep(asked(error) if isinstance(error, RetryAfter) else pause)
                failures += 1
                self._wake.set()
            else:
                failures = 0

    async def _all(self) -> None:
        if not self._cleared:
            await self._bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
            self._cleared = True
        while self._due:
            person = self._due.pop()
            self._elsewhere.discard(person)
            try:
                await self._one(person)
            except (BadRequest, Forbidden):
                self._elsewhere.add(person)
            except Exception:
                self._due.add(person)
                raise

    async def _one(self, person: int) -> None:
        mine = [c for c in self._registry if self._offered(c, person)][:_MOST]
        for group in self._policy.groups:
            with suppress(BadRequest, Forbidden):  # the person is not in it, or the bot isn't
                await self._set(mine, BotCommandScopeChatMember(group, person))
        await self._set(mine, BotCommandScopeChat(person))

    async def _set(self, commands: Sequence[Command], scope: BotCommandScope) -> None:
        for language in KNOWN:
            words = self._words(language)
            await self._bot.set_my_commands(
                [_entry(command, words) for command in commands],
                scope=scope,
                language_code="" if language == KNOWN[0] else language,
            )

    def _offered(self, command: Command, person: int) -> bool:
        """Whether the person may do it somewhere; changes are none where all is read-only."""
        if command.hidden:
            return False
        decide, hosts = self._policy.decide, (None,) if command.hostless else self._hosts
        return any(
            decide(person, command.permission, host, changes=command.changes).allowed
            for host in hosts
        )


def _entry(command: Command, words: Words) -> BotCommand:
    text = words.plain(Message(command.summary))
    return BotCommand(command.spelling.removeprefix("/"), text[:_LONGEST])
