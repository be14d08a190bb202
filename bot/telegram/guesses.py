"""`/start _CODE` in a private chat: a guess at the code of the console, whoever sends it.

It is looked at before it is asked who that is: the console makes owners of strangers and of people
who have another role alike.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.access.claim import MARK, Claim
from bot.command.call import Request
from bot.message import Code, msg
from bot.reply import Outcome, Reply, say
from storage.errors import StorageError

log = logging.getLogger(__name__)


class Guesses:
    """Hears them while a claim is open. `enrol` makes the holder of the code an owner."""

    def __init__(
        self,
        claim: Claim,
        enrol: Callable[[Request], Awaitable[Reply]],
        answer: Callable[[Request, Reply], Awaitable[None]],
    ) -> None:
        self._claim = claim
        self._enrol = enrol
        self._answer = answer

    async def heard(self, request: Request) -> bool:
        """Whether it was a guess at an open claim, right or wrong; answered then."""
        code = _code(request.text) if request.chat.private else None
        right = self._claim.guess(code) if code else None
        if right is None:
            return False
        if right:
            await self._answer(request, await self._enrolled(request))
        else:
            log.warning("a wrong guess at the claim code, by %d", request.actor.id)
            hint = msg("The console of the bot shows it. Three guesses in all.")
            await self._answer(request, say(msg("That code is not right."), hint))
        return True

    async def _enrolled(self, request: Request) -> Reply:
        try:
            return await self._enrol(request)
        except StorageError:
            log.exception("the owner could not be recorded")
            return say(
                msg("The code was right, but I can't write it down now."),
                msg("{claim} at the console shows a new one.", claim=Code("pierhead claim")),
                outcome=Outcome.FAILED,
            )


def _code(text: str) -> str | None:
    """The code of `/start _CODE`, with a phone's capital and final dot undone."""
    match text.split():
        case [command, code] if command.lower() == "/start" and code.startswith(MARK):
            return code.removesuffix(".")
        case _:
            return None
