"""What is said beside the messages: the answer to a tap, and leaving a group.

None of it is stored: the answer to a tap is worth nothing a moment later.
"""

from __future__ import annotations

import asyncio
import logging

import telegram
from telegram.error import TelegramError

from bot.command.call import Request
from bot.message import Message
from bot.telegram.desk import Desk

log = logging.getLogger(__name__)

_AT_ONCE = 64
_LONGEST = 200  # characters, the Bot API's limit


class Toasts:
    """Owns the tasks that answer taps."""

    def __init__(self, bot: telegram.Bot, desk: Desk) -> None:
        self._bot = bot
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, query: str, request: Request, text: Message | None) -> None:
        """Answer a tap; without a text only the spinner ends."""
        if len(self._tasks) >= _AT_ONCE:
            log.warning("too many taps at once; one is not answered")
            return
        said = self._desk.words(request).plain(text)[:_LONGEST] if text else None
        task = asyncio.ensure_future(self._answer(query, said))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def leave(self, chat: int) -> None:
        """Leave a group that no owner has linked."""
        try:
            await self._bot.leave_chat(chat)
        except TelegramError as error:
            log.warning("group %d could not be left: %s", chat, type(error).__name__)

    async def close(self) -> None:
        """End what still waits."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=0.5)

    async def _answer(self, query: str, text: str | None) -> None:
        try:
            await self._bot.answer_callback_query(query, text)
        except TelegramError as error:
            log.info("a tap could not be answered: %s", type(error).__name__)
