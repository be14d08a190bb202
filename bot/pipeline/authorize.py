"""A stage: may this person do this, here, now? In doubt, no."""

from __future__ import annotations

from dataclasses import replace

from bot.access.policy import Decision, Need
from bot.command.call import Call, Origin
from bot.command.spec import Danger
from bot.errors import Denied
from bot.message import Message, msg
from bot.pipeline.stage import Proceed
from bot.reply import Reply


async def authorize(call: Call, proceed: Proceed) -> Reply:
    """Pass on with the decision.

    Raises:
        Denied: naming what is missing and who can give it.
    """
    return await proceed(replace(call, decision=decide(call)))


def decide(call: Call) -> Decision:
    """The policy's decision, and what the command's danger needs besides.

    Raises:
        Denied: if it is no.
    """
    command = call.command
    decision = call.services.policy.decide(
        call.actor.id, command.permission, call.host_name, changes=command.changes
    )
    if not decision.allowed:
        raise Denied(refusal(call), *decision.reason, msg("Nothing was changed."))
    if _asks(call):
        return replace(decision, needs=decision.needs | {Need.CONFIRM})
    return decision


def refusal(call: Call) -> Message:
    """The verdict of a denial: what was not done."""
    return msg("Not done: {what}", what=call.label)


def _asks(call: Call) -> bool:
    """A destructive command always asks; a disruptive one if it came from a button.

    In a schedule asks what has a plan to agree to, and not what a link could have typed.
    """
    if call.request.origin is Origin.SCHEDULE:
        planned = call.command.asks and call.command.plan is not None
        return planned or call.command.danger is Danger.DESTRUCTIVE
    if call.request.origin is Origin.BUTTON:
        return call.command.asks_first
    return call.command.asks or call.command.danger is Danger.DESTRUCTIVE
