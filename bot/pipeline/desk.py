"""What the pipeline asks of whoever makes replies into messages: `bot.telegram.desk`."""

from __future__ import annotations

from typing import Protocol

from bot.command.call import Call, Request
from bot.reply import Reply
from storage.database import Connection


class Parcel(Protocol):
    """A reply, put into messages and ready to be stored with the state that it tells."""

    def store(self, connection: Connection) -> None:
        """Put it into the outbox, in the caller's transaction."""

    def sent(self) -> None:
        """It is stored: have it delivered."""


class Desk(Protocol):
    """Where replies are made into messages."""

    async def pack(
        self, request: Request, reply: Reply, call: Call | None = None, *, slot: str | None = None
    ) -> Parcel:
        """Word and render it for who asked; `slot` names the message that it replaces."""

    async def show(
        self, request: Request, reply: Reply, call: Call | None = None, *, progress: bool = False
    ) -> None:
        """Show it without storing it; of what is shown for one call, the last wins."""
