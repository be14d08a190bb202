"""Files that people send: what is known of one, and how its bytes come in, bit by bit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.errors import BotError
from bot.message import Untrusted


class FileFault(BotError):
    """A file did not come in, or not whole."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document as Telegram tells of it. `size` in bytes, None where that is not told."""

    id: str
    name: Untrusted
    size: int | None = None


class Files(Protocol):
    """Fetches them: `bot.telegram.files`."""

    def open(self, attachment: Attachment) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Its bytes, in pieces of some 64 KiB; leaving the block ends the transfer.

        Raises:
            FileFault: it is too large for a bot, gone, or was cut off; also while it comes.
        """
