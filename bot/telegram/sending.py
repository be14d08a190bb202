"""One call of the Bot API for one message, and what its errors mean for it.

An edit of a message that is gone becomes a new message; text that Telegram cannot parse goes out as
plain text with the entities that keep it untappable.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.telegram.outgoing import File, Outgoing

log = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UNPARSED = ("can't parse entities", "can't find end tag")
_NO_TOPIC = "message thread not found"
_TAKEN = 120.0  # seconds in which Telegram says that it has a file, once it has all of it
# "Request Entity Too Large", or whatever a proxy and Python call a 413.
_TOO_LARGE = "too large"


class Later(Exception):
    """It may go through later; `seconds` if Telegram has said when."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Gone(Exception):
    """It will never go through: the chat is gone, or it is not a message that Telegram takes."""

    def __init__(self, why: str, moved_to: int | None = None) -> None:
        super().__init__(why)
        self.moved_to = moved_to


class Shut(Gone):
    """The chat is closed to the bot: blocked, or never opened."""


class Sender:
    """Sends through python-telegram-bot's `Bot`."""

    def __init__(self, bot: telegram.Bot) -> None:
        self._bot = bot

    async def send(self, message: Outgoing, under: int | None) -> int:
        """Send it, or edit the message `under` to say it; the number of the message.

        Raises:
            Later: try again.
            Gone: don't; `Shut` if it is the chat.
        """
        try:
            return await self._attempt(message, under, parsed=True)
        except BadRequest as error:
            text = error.message.lower()
            if any(why in text for why in _UNPARSED):
                log.warning("Telegram could not parse a message: %s", error.message)
                return await self._guarded(message, under, parsed=False)
            if message.thread is not None and _NO_TOPIC in text:
                return await self._guarded(replace(message, thread=None), under, parsed=True)
            raise _meaning(error) from error
        except TelegramError as error:
            raise _meaning(error) from error

    async def _guarded(self, message: Outgoing, under: int | None, *, parsed: bool) -> int:
        try:
            return await self._attempt(message, under, parsed=parsed)
        except TelegramError as error:
            raise _meaning(error) from error

    async def _attempt(self, message: Outgoing, under: int | None, *, parsed: bool) -> int:
        shown = message.file is None or message.file.picture
        if under is None or not shown:
            return await self._new(message, parsed=parsed)
        try:
            await self._edit(message, under, parsed=parsed)
        except BadRequest as error:
            text = error.message.lower()
            if "message is not modified" in text:
                return under
            if any(gone in text for gone in ("to edit not found", "can't be edited", "no text in")):
                return await self._new(message, parsed=parsed)
            raise
        return under

    async def _edit(self, message: Outgoing, under: int, *, parsed: bool) -> None:
        if message.file is not None:
            await self._picture(message, message.file, under, parsed=parsed)
            return
        await self._bot.edit_message_text(
            text=message.html if parsed else message.plain,
            chat_id=message.chat,
            message_id=under,
            parse_mode="HTML" if parsed else None,
            entities=None if parsed else _entities(message),
            reply_markup=_markup(message),
            link_preview_options=_NO_PREVIEW,
        )

    async def _picture(self, message: Outgoing, file: File, under: int, *, parsed: bool) -> None:
        """A message becomes a picture, or another one."""
        with _opened(file, attach=True) as photo:
            media = InputMediaPhoto(
                photo,
                caption=message.html if parsed else message.plain,
                parse_mode="HTML" if parsed else None,
                caption_entities=None if parsed else _entities(message),
            )
            await self._bot.edit_message_media(
                media,
                chat_id=message.chat,
                message_id=under,
                reply_markup=_markup(message),
                read_timeout=_TAKEN,
            )

    async def _new(self, message: Outgoing, *, parsed: bool) -> int:
        reply = (
            ReplyParameters(message.reply_to, allow_sending_without_reply=True)
            if message.reply_to is not None
            else None
        )
        text = message.html if parsed else message.plain
        if message.file is not None:
            picture = message.file.picture
            send = self._bot.send_photo if picture else self._bot.send_document
            with _opened(message.file) as file:
                sent: Message = await send(
                    message.chat,
                    file,
                    caption=text or None,
                    parse_mode="HTML" if parsed else None,
                    caption_entities=None if parsed else _entities(message),
                    message_thread_id=message.thread,
                    disable_notification=message.silent,
                    reply_parameters=reply,
                    reply_markup=_markup(message),
                    read_timeout=_TAKEN,
                )
        else:
            sent = await self._bot.send_message(
                chat_id=message.chat,
                text=text,
                parse_mode="HTML" if parsed else None,
                entities=None if parsed else _entities(message),
                message_thread_id=message.thread,
                disable_notification=message.silent,
                reply_parameters=reply,
                reply_markup=_markup(message),
                link_preview_options=_NO_PREVIEW,
            )
        return sent.message_id


@contextmanager
def _opened(file: File, *, attach: bool = False) -> Iterator[InputFile]:
    """What is uploaded; a file of the spool is read bit by bit. `attach`: JSON refers to it.

    Raises:
        Gone: it is not there any more.
    """
    if isinstance(file.content, bytes):
        yield InputFile(file.content, file.name, attach)
        return
    try:
        handle = file.content.open("rb")
    except OSError as error:
        raise Gone(f"its file can't be read: {error.strerror}") from error
    with handle:
        yield InputFile(handle, file.name, attach, read_file_handle=False)


def asked(error: RetryAfter) -> float:
    """For how many seconds Telegram wants to hear nothing."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()


def _meaning(error: TelegramError) -> Later | Gone:
    match error:
        case RetryAfter():
            return Later("429", asked(error))
        case ChatMigrated():
            return Gone("the group became a supergroup", error.new_chat_id)
        case Forbidden() | BadRequest():
            kind = Shut if isinstance(error, Forbidden) else Gone
            return kind(error.message)
        case InvalidToken():
            return Later("the token is refused", 60.0)
        case _ if _TOO_LARGE in error.message.lower():
            return Gone(error.message)
        case _:
            return Later(type(error).__name__)


def _markup(message: Outgoing) -> InlineKeyboardMarkup | None:
    if not message.keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(key.text, callback_data=key.data) for key in line]
            for line in message.keyboard
        ]
    )


def _entities(message: Outgoing) -> list[MessageEntity]:
    return [MessageEntity(**entity) for entity in message.entities]
