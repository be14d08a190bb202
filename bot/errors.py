"""The five families of errors that a person is told about, and nothing else.

They carry a `Message`, put into words last. Whatever is not a `BotError` is a bug: it reaches the
chat as a reference id only, and the log with its traceback.
"""

from __future__ import annotations

from typing import Self

from bot.message import Message


class BotError(Exception):
    """Something that the reader is told: what happened, what was not changed, what to do now."""

    def __init__(self, message: Message, *hints: Message) -> None:
        super().__init__(message.one)
        self.message = message
        self.hints = hints

    def under(self, verdict: Message) -> Self:
        """The same error below a verdict that says what it came of."""
        self.message, self.hints = verdict, (self.message, *self.hints)
        return self


class UsageError(BotError):
    """What was typed cannot be understood; told with the usage line of the command."""

    def __init__(self, message: Message, *hints: Message, usage: str | None = None) -> None:
        super().__init__(message, *hints)
        self.usage = usage


class Denied(BotError):
    """The reader may not do this; says what is missing and who can give it."""


class Conflict(BotError):
    """The Engine refuses because of the state that things are in (HTTP 409), or they changed."""


class DockerFault(BotError):
    """The Engine failed, is silent, or does not know the thing.

    `unknown` is true when the request was sent and no answer came: it may have been carried out.
    """

    def __init__(self, message: Message, *hints: Message, unknown: bool = False) -> None:
        super().__init__(message, *hints)
        self.unknown = unknown


class NotFound(DockerFault):
    """The Engine answered that there is no such thing (HTTP 404)."""


class Cancelled(BotError):
    """Somebody who may do so ended the operation."""
