"""`/alert ack` and `/alert snooze`: somebody has it, or not now. Buttons of a card type these."""

from __future__ import annotations

from contextlib import suppress

from bot.command.call import Call, Origin
from bot.command.kinds import seconds
from bot.command.spec import argument, command
from bot.errors import Conflict, UsageError
from bot.message import Code, Message, msg
from bot.reply import Reply, say

_LONGEST = 7 * 86_400.0
_RESOLVED = "resolved"


@command("alert ack", permission="alert.ack", act=msg("take an alert"), hostless=True)
@argument("card")
async def ack(call: Call, card: str) -> Reply:
    """Say that you have an alert: it is not told again, and nobody else is asked."""
    watch, actor = call.services.watch, call.actor
    subject = call.services.policy.subject(actor.id)
    name = subject.person.name if subject else actor.name
    if watch is None or not await watch.take(card, actor.id, name.raw):
        raise Conflict(*_over())
    return _answer(call, say(msg("You have it for the next 4 hours.")))


@command("alert snooze", permission="alert.snooze", act=msg("put off an alert"), hostless=True)
@argument("card")
@argument("time")
async def snooze(call: Call, card: str, time: str) -> Reply:
    """Put off an alert, and nothing else: for a time, or until it is resolved."""
    watch, length = call.services.watch, _length(time)
    if watch is None or not await watch.snooze(card, length):
        raise Conflict(*_over())
    return _answer(call, say(msg("It is put off. That it is resolved, you are told all the same.")))


def _length(text: str) -> float | None:
    """For how many seconds; None is until it is resolved, for ever is not to be had."""
    if text == _RESOLVED:
        return None
    with suppress(ValueError):
        if 0 < (found := seconds(text)) <= _LONGEST:
            return found
    raise UsageError(
        msg(
            "Write how long: {minutes} or {hours}, a week at most, or {resolved}.",
            minutes=Code("15m"),
            hours=Code("4h"),
            resolved=Code(_RESOLVED),
        )
    )


def _over() -> tuple[Message, Message]:
    return msg("Nothing of that fires any more."), msg("Nothing was changed.")


def _answer(call: Call, reply: Reply) -> Reply:
    """Who tapped sees it on the card."""
    return Reply(()) if call.request.origin is Origin.BUTTON else reply
