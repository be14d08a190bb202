"""What is wrong with an archive, told to who sent it: nothing of it was used."""

from __future__ import annotations

from bot.errors import BotError
from bot.message import Message, msg


class BadArchive(BotError):
    """An archive that is broken, hostile, or larger than it may be."""

    def __init__(self, message: Message, *hints: Message) -> None:
        super().__init__(message, *hints, msg("Nothing was changed."))
