"""Telegram's command menu: what the `/` key offers, in each language, and to each person theirs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

import telegram
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, TelegramError

from bot.access.policy import Policy
from bot.command.languages import KNOWN
from bot.command.registry import Registry
from bot.command.spec import Command
from bot.message import Message
from bot.reply.words import Words

log = logging.getLogger(__name__)

_MOST = 100
_LONGEST = 256


async def publish(
    bot: telegram.Bot,
    registry: Registry,
    policy: Policy,
    people: Iterable[int],
    words: Callable[[str], Words],
) -> None:
    """Tell Telegram the menu of everybody enrolled; strangers see an empty one."""
    try:
        await bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
        for person in people:
            mine = [c for c in registry if _offered(c, policy, person)][:_MOST]
            with suppress(BadRequest):  # who has never written to the bot has no chat with it yet
                await _publish(bot, mine, person, words)
    except TelegramError as error:
        log.warning("the command menu could not be set: %s", type(error).__name__)


async def _publish(
    bot: telegram.Bot, commands: Iterable[Command], person: int, words: Callable[[str], Words]
) -> None:
    for language in KNOWN:
        await bot.set_my_commands(
            [_entry(command, words(language)) for command in commands],
            scope=BotCommandScopeChat(person),
            language_code="" if language == KNOWN[0] else language,
        )


def _offered(command: Command, policy: Policy, person: int) -> bool:
    return not command.hidden and policy.decide(person, command.permission, None).allowed


def _entry(command: Command, words: Words) -> BotCommand:
    text = words.plain(Message(command.summary))
    return BotCommand(command.spelling.removeprefix("/"), text[:_LONGEST])
