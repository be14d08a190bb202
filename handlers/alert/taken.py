"""`/alert ack` and `/alert snooze`: somebody has it, or not now. Buttons of a card type these."""

from __future__ import annotations

from contextlib import suppress

from bot.command.call import Call, Origin
from bot.command.kinds import seconds
from bot.command.spec import argument, command
from bot.command.watching import Watching
from bot.errors import Conflict, Denied, UsageError
from bot.message import Code, Message, msg
from bot.pipeline.authorize import refusal
from bot.reply import Reply, say

_LONGEST = 7 * 86_400.0
_RESOLVED = "resolved"


@command("alert ack", permission="alert.ack", act=msg("take an alert"), hostless=True)
@argument("card")
async def ack(call: Call, card: str) -> Reply:
    """Say that you have an alert: it is not told again, and nobody else is asked."""
    watch, actor = _watch(call, card), call.actor
    subject = call.services.policy.subject(actor.id)
    name = subject.person.name if subject else actor.name
    if not await watch.take(card, actor.id, name.raw):
        raise Conflict(*_over())
    return _answer(call, say(msg("You have it for the next 4 hours.")))


@command("alert snooze", permission="alert.snooze", act=msg("put off an alert"), hostless=True)
@argument("card")
@argument("time")
async def snooze(call: Call, card: str, time: str) -> Reply:
    """Put off an alert, and nothing else: for a time, or until it is resolved."""
    length = _length(time)
    if not await _watch(call, card).snooze(card, length):
        raise Conflict(*_over())
    return _answer(call, say(msg("It is put off. That it is resolved, you are told all the same.")))


def _watch(call: Call, card: str) -> Watching:
    """What can change a card, if its reader may do that on the host that it is about.

    Raises:
        Conflict: nothing on it fires any more.
        Denied: they may not.
    """
    watch, policy = call.services.watch, call.services.policy
    host = watch.host_of(card) if watch else None
    if watch is None or host is None:
        raise Conflict(*_over())
    decision = policy.decide(call.actor.id, call.command.permission, host)
    if not decision.allowed:
        raise Denied(refusal(call), *decision.reason, msg("Nothing was changed."))
    return watch


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
