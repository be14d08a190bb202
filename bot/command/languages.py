"""In which language and time zone somebody is spoken to.

What a person chose counts before what their Telegram says; in a group, what the config says of the
group counts before both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage import settings
from storage.database import Connection, Database

KNOWN = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language (of `KNOWN`) and an IANA time zone."""

    locale: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What all in a group have in common; None where the config says nothing of it."""

    locale: str | None = None
    timezone: str | None = None


_NOTHING = Shared()


class Languages:
    """The choices, in memory and in the database; `chats` are what groups have of their own."""

    def __init__(self, database: Database, default: Tongue, chats: Mapping[int, Shared]) -> None:
        self._database = database
        self._default = default
        self._chats = dict(chats)
        self._chosen: dict[int, str] = {}

    def of(self, person: int, telegram: str | None) -> str:
        """The language of a person."""
        said = (telegram or "").partition("-")[0].lower()
        return self._chosen.get(person) or (said if said in KNOWN else self._default.locale)

    def tongue(self, person: int, telegram: str | None, chat: int) -> Tongue:
        """How to answer a person in a chat."""
        shared = self._chats.get(chat, _NOTHING)
        return Tongue(
            shared.locale or self.of(person, telegram), shared.timezone or self._default.timezone
        )

    def move(self, chat: int, to: int) -> None:
        """A group has a new id; what it has of its own goes with it."""
        if chat in self._chats:
            self._chats[to] = self._chats[chat]

    async def load(self, people: Iterable[int]) -> None:
        """Take up what people have chosen before."""

        def read(connection: Connection) -> dict[int, str]:
            found = {person: settings.language(connection, person) for person in people}
            return {person: code for person, code in found.items() if code in KNOWN}

        self._chosen = await self._database.read(read)

    async def choose(self, person: int, code: str | None) -> None:
        """Remember a choice; None follows Telegram again."""
        await self._database.write(lambda c: settings.set_language(c, person, code))
        if code is None:
            self._chosen.pop(person, None)
        else:
            self._chosen[person] = code
