"""One entry of the audit as a line: number, time, person, what was asked, how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from bot.command.call import Call
from bot.message import Message, Moment, Person, Untrusted, msg
from storage.audit import Entry

OUTCOMES = {
    "requested": msg("asked"),
    "awaiting": msg("waits for an answer"),
    "started": msg("under way"),
    "finished": msg("done"),
    "unchanged": msg("nothing changed"),
    "partial": msg("partly done"),
    "failed": msg("failed"),
    "denied": msg("denied"),
    "cancelled": msg("cancelled"),
    "expired": msg("nobody answered"),
    "unknown": msg("outcome unknown"),
}


def line(call: Call, entry: Entry) -> Message:
    """The entry in words; one that was tampered with is shown with question marks."""
    event = entry.event
    at, outcome = event.get("at"), str(event.get("outcome", "?"))
    return msg(
        "#{seq} {time} {who}: {what}, {outcome}",
        seq=Untrusted(str(entry.seq)),
        time=Moment(float(at) if isinstance(at, int | float) else 0.0),
        who=_who(call, event),
        what=Untrusted(_what(call, event)),
        outcome=OUTCOMES.get(outcome, Untrusted(outcome)),
    )


def _who(call: Call, event: Mapping[str, object]) -> Person | Untrusted:
    """By the name given at enrolment: what Telegram tells, everybody chooses."""
    actor = event.get("actor")
    if not isinstance(actor, int):
        return Untrusted("?")
    subject = call.services.policy.subject(actor)
    return subject.person if subject else Person(Untrusted(str(event.get("name", "?"))), actor)


def _what(call: Call, event: Mapping[str, object]) -> str:
    """The command as it was typed, in short; without its words, what it was about."""
    name = str(event.get("command", "?"))
    command = call.services.registry.get(name)
    words = [(command.shortcut or name) if command else name]
    argv, targets = event.get("argv"), event.get("targets")
    if isinstance(argv, list) and command:
        words += [str(word) for word in argv[len(command.path) :]]
    elif isinstance(targets, list):
        words += [str(t.get("name", "?")) for t in targets if isinstance(t, dict)]
    host = event.get("host")
    return " ".join(words) + (f" @{host}" if host and len(call.services.hosts) > 1 else "")
