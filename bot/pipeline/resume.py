"""What goes on after a restart: built anew from its row, asked about again, and run to its end.

Only what a command says of itself: it changes nothing, and to begin it anew misses nothing. Its
message, its Stop button and its places are as before; whoever may not do it any more is told so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.command.build import Builder
from bot.command.plan import load
from bot.errors import BotError
from bot.pipeline.record import request_of, shares
from bot.pipeline.stage import Stage, compose
from storage import calls

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resume:
    """Takes up again what was begun; `stages` are what happens around it."""

    builder: Builder
    stages: Sequence[Stage]

    async def __call__(self, row: calls.Call) -> bool:
        """Run what resumes to its end; False if this does not."""
        command = self.builder.services.registry.get(row.command)
        if command is None or not command.resumes:
            return False
        items = load(row.targets)
        try:
            call = self.builder.resumed(row.id, request_of(row), row.argv, row.host, items)
        except BotError as error:  # its host is not there any more, or an option of it
            log.warning("call %s can't be taken up again: %s", row.id, error)
            return False
        await compose(self.stages)(replace(call, shares=shares(row)))
        return True
