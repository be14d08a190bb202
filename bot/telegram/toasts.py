"""What is said beside the messages: the answer to a tap, and leaving a group.

None of it is stored: the answer to a tap is worth nothing a moment later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

import telegram
from telegram.error import TelegramError

from bot.command.call import Request
from bot.message import Message
from bot.telegram.desk import Desk

log = logging.getLogger(__name__)

_AT_ONCE = 64
_LONGEST = 200  # characters, the Bot API's limit


class Toasts:
    """Owns the tasks that answer taps and leave groups."""

    def __init__(self, bot: telegram.Bot, desk: Desk) -> None:
        self._bot = bot
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, query: str, request: Request, text: Message | None) -> None:
        """Answer a tap; without a text only the spinner ends."""
        said = self._desk.words(request).plain(text)[:_LONGEST] if text else None
        self._own(self._answer(query, said), "a tap is not answered")

    def leave(self, chat: int) -> None:
        """Leave a group that no owner has linked."""
        self._own(self._leave(chat), f"group {chat} is not left")

    async def close(self) -> None:
        """End what still waits."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)

    def _own(self, work: Coroutine[None, None, None], lost: str) -> None:
        if len(self._tasks) >= _AT_ONCE:
            work.close()
            log.warning("too much at once: %s", lost)
            return
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Telegram could not be asked", exc_info=error)

    async def _leave(self, chat: int) -> None:
        try:
            await self._bot.leave_chat(chat)
        except TelegramError as error:
            log.warning("group %d could not be left: %s", chat, type(error).__name__)

    async def _answer(self, query: str, text: str | None) -> None:
        try:
            await self._bot.answer_callback_query(query, text)
        except TelegramError as error:
            log.info("a tap could not be answered: %s", type(error).__name__)
