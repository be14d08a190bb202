"""A stage: write down that it starts, and use up the button that let it, in one transaction.

From here on a kill leaves *unknown*, never a second run. A read that ends by itself is not written
down: to read again does no harm. What cannot be written down does not run.
"""

from __future__ import annotations

from bot.command.call import Call
from bot.errors import BotError, Cancelled
from bot.message import Message, msg
from bot.pipeline.authorize import refusal
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.reply import Reply
from storage.errors import Forged, StorageError

UNRECORDED: tuple[Message, ...] = (
    msg("I can't write it down: the database is locked or its disk is full."),
    msg("Nothing was changed."),
)
FORGED: tuple[Message, ...] = (
    msg("What I noted of it was changed in the database by somebody else."),
    msg("Nothing was changed."),
)
STOPPED: tuple[Message, ...] = (
    msg("It was stopped before it began."),
    msg("Nothing was changed."),
)


class Broken(Exception):
    """A bug struck after it had begun: how far it got is unknown."""


class Begin:
    """The stage."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on once it is on disk.

        Raises:
            Repeated: if somebody else has begun it.
            BotError: if it can't be written down.
            Cancelled: if somebody has stopped it by now.
            Broken: if there was a bug from here on, and it may have changed something.
        """
        if not (call.command.changes or call.streams):
            return await proceed(call)
        if call.running.cancelled.is_set():
            raise Cancelled(refusal(call), *STOPPED)
        try:
            await self._journal.started(call)
        except Forged as error:
            raise BotError(refusal(call), *FORGED) from error
        except StorageError as error:
            raise BotError(refusal(call), *UNRECORDED) from error
        try:
            return await proceed(call)
        except BotError:
            raise
        except Exception as error:
            raise Broken from error
