"""What a session is about: a program, how it ends by itself, and how it is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.command.call import Call, at
from bot.errors import NotFound
from bot.hosts.types import Target
from bot.message import Message, Untrusted, Value
from bot.reply import Outcome


@dataclass(frozen=True, slots=True)
class End:
    """Why it ended, and what else there is to say."""

    why: tuple[Message, ...]
    outcome: Outcome


class Leave(Protocol):
    """Ends a program, or leaves it; what there is to say of that."""

    async def __call__(self, *, hurry: bool) -> End:
        """With `hurry` the bot itself ends: there is time for one thing."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a session is about, and what it shows; `close` is the word on its button.

    `typist` names the command that types a line, None where nothing can be typed. `ended` tells how
    it ended by itself.
    """

    title: Value
    container: Target
    tty: bool
    typist: str | None
    close: Message
    ended: Callable[[], Awaitable[End]]
    leave: Leave

    @property
    def name(self) -> Untrusted:
        """Of its container, and where that is."""
        return at(self.container.name, self.container.host)


async def runs_now(call: Call, container: str) -> bool:
    """Whether the container, by its id, is there and runs."""
    try:
        return (await call.host.attachments.look(container)).state == "running"
    except NotFound:
        return False
