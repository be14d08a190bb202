"""A stage: from here on the call is a running operation, with an owner and a way to end it.

That is before its turn comes, and before an Engine is asked: who waits can still be stopped, and
what was agreed to is not taken for a question that nobody has answered.
"""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call
from bot.command.operations import Operation
from bot.pipeline.stage import Proceed
from bot.reply import Reply


async def register(call: Call, proceed: Proceed) -> Reply:
    """Pass on as an operation that everybody can see, until it ends."""
    operations = call.services.operations
    operation = Operation(
        id=call.id,
        owner=call.actor.id,
        chat=call.request.chat.id,
        command=call.command.name,
        host=call.host_name,
        started=call.request.sent_at if call.resumed else call.services.clock(),
        follows=call.follows,
    )
    operations.add(operation)
    try:
        return await proceed(replace(call, operation=operation))
    finally:
        operations.remove(operation)
        if operation.cancelled_by is not None:
            call.notes.append(f"stopped by {operation.cancelled_by}")
