"""How a schedule is called, and the words that its buttons type."""

from __future__ import annotations

from bot.command.line import Line
from bot.command.services import Services
from bot.errors import UsageError
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Button
from storage.schedules import Schedule


def number_of(one: Schedule) -> Code:
    """What it is called by."""
    return Code(str(one.id))


def what_of(one: Schedule, services: Services) -> Untrusted:
    """What it does, much as one would type it; the host where there are several."""
    words = one.argv
    try:
        command, rest = services.registry.resolve(Line(words))
    except UsageError:  # it was switched off since
        pass
    else:
        words = (command.shortcut or command.name, *rest)
    host = (f"@{one.host}",) if one.host and len(services.hosts) > 1 else ()
    return Untrusted(" ".join((*words, *host)))


def label(one: Schedule) -> Message:
    """Which one it is, below an answer."""
    return msg("Schedule {number}: {times}", number=number_of(one), times=Code(one.times))


def run_now(one: Schedule) -> Button:
    """Has it run at once."""
    return typing(one, msg("Run {number} now", number=number_of(one)), "run")


def typing(one: Schedule, text: Message, verb: str, *options: str, inplace: bool = False) -> Button:
    """Types one of the commands about it."""
    words = ("schedule", verb, *options, str(one.id))
    return Button(text, words, inplace=inplace)
