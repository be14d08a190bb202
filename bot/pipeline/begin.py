"""Seventh stage: write down that it starts, and use up the button that let it, in one transaction.

From here on a kill leaves *unknown*, never a second run. A read that ends by itself is not written
down: to read again does no harm. What cannot be written down does not run.
"""

from __future__ import annotations

from bot.command.call import Call
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.reply import Reply


class Begin:
    """The stage."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on once it is on disk.

        Raises:
            Conflict: if the button was used in the meantime.
        """
        if call.command.changes or call.streams:
            await self._journal.started(call)
        return await proceed(call)
