"""A stage: what would make its asker root on the host is for owners.

Whoever may create a privileged container, or look into one that has the Engine's socket, holds the
host. A command says itself why what is asked of it comes to that.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.access.policy import ROOT, Decision
from bot.command.call import Call, Origin
from bot.errors import Denied
from bot.message import Message, msg
from bot.pipeline.authorize import refusal
from bot.pipeline.stage import Proceed
from bot.reply import Reply


async def root(call: Call, proceed: Proceed) -> Reply:
    """Pass on what gives no rights on the host, or is asked by an owner.

    Raises:
        Denied: naming what gives them, and who may.
    """
    demand(call, await call.command.root(call) if call.command.root else ())
    return await proceed(call)


def demand(call: Call, reasons: Sequence[Message]) -> None:
    """Let it go on if nothing gives rights on the host, or an owner is there and asks.

    Raises:
        Denied: naming what gives them, and who may.
    """
    if not reasons:
        return
    if call.request.origin is Origin.SCHEDULE:
        never = msg("That is for an owner to do, and never for a schedule.")
        raise Denied(refusal(call), *reasons, never, msg("Nothing was changed."))
    decision = decide(call)
    if not decision.allowed:
        raise Denied(refusal(call), *reasons, *decision.reason, msg("Nothing was changed."))


def decide(call: Call) -> Decision:
    """Whether who asks may have rights on the host."""
    return call.services.policy.decide(
        call.actor.id, ROOT, call.host_name, changes=call.command.changes
    )
