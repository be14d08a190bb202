"""The refusal of what is asked beyond the limits: told without a record, as it comes before one."""

from __future__ import annotations

from bot.command.call import Request
from bot.errors import Denied
from bot.message import Message


class TooMuch(Denied):
    """Refused, as others may have been just before; `first` is the request answered for all."""

    def __init__(self, message: Message, *hints: Message, first: Request) -> None:
        super().__init__(message, *hints)
        self.first = first
