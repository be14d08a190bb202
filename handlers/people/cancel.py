"""`/cancel`: end what is running."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.operations import Operation
from bot.command.spec import command
from bot.message import Code, Message, Span, Untrusted, msg, plural
from bot.reply import Reply, Text


@command("cancel", permission="self.cancel", act=msg("cancel"), hostless=True)
async def cancel(call: Call) -> Reply:
    """End your running commands; an owner ends everybody's in this chat."""
    ended = [o for o in call.services.operations if _mine(call, o)]
    for operation in ended:
        call.services.operations.cancel(operation, call.actor.id)
    if not ended:
        return Reply((Text(msg("Nothing of yours is running.")),))
    verdict = plural("Ending {count} command.", "Ending {count} commands.", len(ended))
    note = msg("What Docker is already doing can't be taken back. I will tell how it ends.")
    told = tuple(Text(_line(call, o)) for o in ended)
    return Reply((Text(verdict), *told, Text(note)))


def _mine(call: Call, operation: Operation) -> bool:
    if operation.id == call.id:
        return False
    if operation.owner == call.actor.id:
        return True
    here = operation.chat == call.request.chat.id
    policy = call.services.policy
    return here and policy.decide(call.actor.id, "operation.cancel", operation.host).allowed


def _line(call: Call, operation: Operation) -> Message:
    return msg(
        "{command} on {host}, for {time}",
        command=Code(operation.command),
        host=Untrusted(operation.host or "–"),
        time=Span(max(0.0, call.services.clock() - operation.started)),
    )
