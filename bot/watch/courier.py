"""What is told unasked, on its way to the chat: what the watcher needs of Telegram, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.reply import Reply
from storage.database import Connection, Database

Note = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply to nobody's question, for a chat. It edits the message of its `slot`, if it has one.

    `under` is the slot of the message that it is a reply to. What is `urgent` goes first.
    """

    chat: int
    reply: Reply
    slot: str | None = None
    under: str | None = None
    urgent: bool = False


class Parcel(Protocol):
    """It, ready to be stored."""

    def store(self, connection: Connection) -> int:
        """Put it into the caller's transaction; its row."""

    def sent(self) -> None:
        """It is stored: have it delivered."""


class Courier(Protocol):
    """Makes messages of what is said."""

    def pack(self, said: Said) -> Parcel:
        """Word it in the language of its chat."""


@dataclass(frozen=True, slots=True)
class Couriers:
    """The courier of a chat: one of the `others`, by its chat, or the one of all the rest."""

    most: Courier
    others: Mapping[int, Courier]

    def pack(self, said: Said) -> Parcel:
        """Word it."""
        return self.others.get(said.chat, self.most).pack(said)


async def deliver(database: Database, parcels: Sequence[Parcel], note: Note) -> None:
    """Store them in one transaction with what is to be noted, and have them delivered.

    Raises:
        StorageError: that can't be stored now; nothing of it counts.
    """

    def write(connection: Connection) -> None:
        note(connection)
        for parcel in parcels:
            parcel.store(connection)

    await database.write(write)
    for parcel in parcels:
        parcel.sent()
