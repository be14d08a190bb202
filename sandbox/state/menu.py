"""The command menu: what `setMyCommands` stored, and which of it a person sees.

A client asks for the narrowest scope that has commands, and in each for the reader's language
before the default (https://core.telegram.org/bots/api#determining-list-of-commands).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.state.chats import Chat, Status


@dataclass(frozen=True, slots=True)
class Scope:
    """To whom a list of commands applies; `chat` and `person` only where the type has them."""

    type: str = "default"
    chat: int = 0
    person: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the menu."""

    command: str
    description: str

    def as_json(self) -> dict[str, object]:
        """The BotCommand of the Bot API."""
        return {"command": self.command, "description": self.description}


class Menu:
    """All stored lists of commands."""

    def __init__(self) -> None:
        self._lists: dict[tuple[Scope, str], tuple[Command, ...]] = {}

    def put(self, scope: Scope, language: str, commands: tuple[Command, ...]) -> None:
        """Store a list; an empty one removes it."""
        if commands:
            self._lists[scope, language] = commands
        else:
            self._lists.pop((scope, language), None)

    def get(self, scope: Scope, language: str) -> tuple[Command, ...]:
        """Exactly this list."""
        return self._lists.get((scope, language), ())

    def seen_by(self, person_id: int, language: str, chat: Chat) -> tuple[Command, ...]:
        """The list that a client shows to this person in this chat."""
        for scope in _scopes(person_id, chat):
            for spoken in (language, ""):
                if found := self.get(scope, spoken):
                    return found
        return ()


def _scopes(person_id: int, chat: Chat) -> Iterator[Scope]:
    if chat.private:
        yield Scope("chat", chat.id)
        yield Scope("all_private_chats")
    else:
        yield Scope("chat_member", chat.id, person_id)
        if chat.members.get(person_id) in {Status.CREATOR, Status.ADMINISTRATOR}:
            yield Scope("chat_administrators", chat.id)
            yield Scope("all_chat_administrators")
        yield Scope("chat", chat.id)
        yield Scope("all_group_chats")
    yield Scope()
