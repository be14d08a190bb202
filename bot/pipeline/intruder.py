"""Somebody else uses the token: every change stops until the console starts the bot anew.

What a thief of the token can do is to read along, and to edit the text of a message over its live
buttons. So the console is told, the audit keeps it, and only reads go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.access.policy import Policy
from bot.message import Message, msg
from bot.pipeline.journal import Journal
from storage import audit
from storage.errors import StorageError

log = logging.getLogger(__name__)

_TOLD = msg(
    "Somebody else polls with this token, or has set a webhook for it. If that was not you, get"
    " a new token from @BotFather. Nothing can be changed until a restart."
)


class Intruder:
    """Notices them; `tell` is the console."""

    def __init__(self, policy: Policy, journal: Journal, tell: Callable[[Message], None]) -> None:
        self._policy = policy
        self._journal = journal
        self._tell = tell
        self._recorded = False

    async def notice(self) -> None:
        """Freeze and tell, once; record it as soon as the database lets it."""
        if not self._policy.frozen:
            self._policy.freeze()
            self._tell(_TOLD)
        if self._recorded:
            return
        event = {"at": round(self._journal.clock(), 3), "command": "intruder", "outcome": "denied"}
        try:
            await self._journal.database.write(lambda c: audit.append(c, event))
        except StorageError as error:
            log.warning("an intruder could not be recorded yet: %s", error)
        else:
            self._recorded = True
