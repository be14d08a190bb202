"""A stage: what would make its asker root on the host is for owners.

Whoever may create a privileged container, or look into one that has the Engine's socket, holds the
host. A command says itself why what is asked of it comes to that.
"""

from __future__ import annotations

from bot.access.policy import ROOT
from bot.command.call import Call
from bot.errors import Denied
from bot.message import msg
from bot.pipeline.authorize import refusal
from bot.pipeline.stage import Proceed
from bot.reply import Reply


async def root(call: Call, proceed: Proceed) -> Reply:
    """Pass on what gives no rights on the host, or is asked by an owner.

    Raises:
        Denied: naming what gives them, and who may.
    """
    reasons = await call.command.root(call) if call.command.root else ()
    if reasons:
        decision = call.services.policy.decide(
            call.actor.id, ROOT, call.host_name, changes=call.command.changes
        )
        if not decision.allowed:
            unchanged = msg("Nothing was changed.")
            raise Denied(refusal(call), *reasons, *decision.reason, unchanged)
    return await proceed(call)
