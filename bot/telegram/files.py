"""Fetches what people have sent: bit by bit, never whole in memory.

Telegram's own servers hand a bot 20 MB at most. A Bot API server of one's own, started with
`--local`, has no such limit, and tells where on the disk a file lies. A file's address has the
token in it, so errors are told by their type alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import telegram
from telegram.error import BadRequest, TelegramError

from bot.command.files import Attachment, FileFault
from bot.message import Code, msg
from bot.telegram.tls import trust

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024  # of core.telegram.org/bots/api#getfile
_PIECE = 64 * 1024
_BLOCK = 1024 * 1024
_QUIET = 30.0  # seconds that may pass without a byte


class Downloads:
    """Opens them. `local`: the server is one's own, and its files lie on this machine's disk."""

    def __init__(self, bot: telegram.Bot, *, local: bool) -> None:
        self._bot = bot
        self._local = local
        self._client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def open(self, attachment: Attachment) -> AsyncIterator[AsyncIterator[bytes]]:
        """Its bytes; leaving the block ends the transfer.

        Raises:
            FileFault: it is too large for a bot, gone, or was cut off; also while it comes.
        """
        size = attachment.size or 0
        if size > LARGEST and not self._local:
            raise _too_large(attachment)
        where = await self._find(attachment)
        if self._local and where.startswith("/"):
            yield _read(Path(where), attachment)
            return
        try:
            async with self._http().stream("GET", where) as response:
                if response.status_code != httpx.codes.OK:
                    raise _gone(attachment)
                yield _whole(response.aiter_bytes(_PIECE), attachment)
        except httpx.HTTPError as error:
            log.warning("a file can't be fetched: %s", type(error).__name__)
            raise _cut(attachment) from None  # its text has the token in it

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _find(self, attachment: Attachment) -> str:
        try:
            found = await self._bot.get_file(attachment.id)
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise _too_large(attachment) from None
            raise _gone(attachment) from None
        except TelegramError as error:
            log.warning("a file can't be asked for: %s", type(error).__name__)
            raise _cut(attachment) from None
        return found.file_path or ""

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=16)
            self._client = httpx.AsyncClient(
                verify=trust(), timeout=_QUIET, limits=limits, trust_env=False
            )
        return self._client


async def _whole(pieces: AsyncIterator[bytes], attachment: Attachment) -> AsyncIterator[bytes]:
    """The pieces, as many bytes as were announced: an answer may also just end."""
    came = 0
    async for piece in pieces:
        came += len(piece)
        yield piece
    if attachment.size is not None and came != attachment.size:
        raise _cut(attachment)


async def _read(path: Path, attachment: Attachment) -> AsyncIterator[bytes]:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        log.warning("a file of the Bot API server can't be read: %s", error.strerror)
        raise _gone(attachment) from None
    with file:
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block


def _too_large(attachment: Attachment) -> FileFault:
    return FileFault(
        msg("{name} is too large: Telegram gives a bot 20 MB at most.", name=attachment.name),
        msg("A Bot API server of your own has no such limit: {key}.", key=Code("telegram.local")),
    )


def _gone(attachment: Attachment) -> FileFault:
    return FileFault(
        msg("Telegram does not give me {name}.", name=attachment.name),
        msg("Send it again."),
    )


def _cut(attachment: Attachment) -> FileFault:
    told = msg("{name} did not come through whole.", name=attachment.name)
    return FileFault(told, msg("Try again, or send it again."))
