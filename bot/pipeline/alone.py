"""A stage: what a schedule runs must need nobody who is there to look, to type or to choose."""

from __future__ import annotations

from bot.command.call import Call, Origin
from bot.errors import BotError
from bot.message import Message, msg
from bot.pipeline.authorize import refusal
from bot.pipeline.stage import Proceed
from bot.reply import Reply

_OWN = "schedule."  # the permissions of what changes schedules


async def alone(call: Call, proceed: Proceed) -> Reply:
    """Pass on what can run by itself, and all that somebody has asked for.

    Raises:
        BotError: it can't.
    """
    why = _unfit(call) if call.request.origin is Origin.SCHEDULE else None
    if why is not None:
        raise BotError(refusal(call), why, msg("Nothing was changed."))
    return await proceed(call)


def _unfit(call: Call) -> Message | None:
    """Why it can't run with nobody there."""
    command = call.command
    if command.permission.startswith(_OWN) or command.hidden:
        return msg("A schedule can't do that: it is for people.")
    if call.streams or command.resumes:
        return msg("It goes on until its own end or a Stop, and nobody would be there to stop it.")
    lacking = any(call.params[asked.name or ""] is None for asked in command.offers)
    if lacking or any(asked.needed and not call.words_of(asked) for asked in command.named):
        return msg("It would ask which one is meant, and nobody would be there: name it.")
    return None
