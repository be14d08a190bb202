"""What is said beside the messages: the answer to a tap, and leaving a group.

None of it is stored: the answer to a tap is worth nothing a moment later.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine

import telegram
from telegram.error import TelegramError

from bot.command.call import Request
from bot.message import Message
from bot.tasks import Tasks
from bot.telegram.desk import Desk

log = logging.getLogger(__name__)

_AT_ONCE = 64
_LONGEST = 200  # characters, the Bot API's limit


class Toasts:
    """Owns the tasks that answer taps and leave groups."""

    def __init__(self, bot: telegram.Bot, desk: Desk) -> None:
        self._bot = bot
        self._desk = desk
        self._tasks = Tasks("Telegram could not be asked", _AT_ONCE)

    def show(self, query: str, request: Request, text: Message | None) -> None:
        """Answer a tap; without a text only the spinner ends."""
        said = self._desk.words(request).plain(text)[:_LONGEST] if text else None
        self._own(self._answer(query, said), "a tap is not answered")

    def leave(self, chat: int) -> None:
        """Leave a group that no owner has linked."""
        self._own(self._leave(chat), f"group {chat} is not left")

    async def close(self) -> None:
        """End what still waits."""
        await self._tasks.close()

    def _own(self, work: Coroutine[None, None, None], lost: str) -> None:
        if self._tasks.room:
            self._tasks.own(work)
        else:
            work.close()
            log.warning("too much at once: %s", lost)

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
