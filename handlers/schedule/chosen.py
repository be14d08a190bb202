"""Which schedule is meant, and whether it is one's own to change."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.scheduled import number_of, what_of
from bot.errors import Denied, UsageError
from bot.message import Code, Message, Tappable, msg
from bot.reply import Button, Outcome, Reply, Text
from storage import schedules
from storage.schedules import Schedule

OTHERS = "schedule.others"
_OFFERED = 12


async def visible(call: Call, *, every: bool = False) -> list[Schedule]:
    """One's own, or `every` one there is; in a group, which reads along, only those of it."""
    bot, chat, person = call.services.bot, call.request.chat, call.actor.id
    found = await call.services.database.read(lambda c: schedules.every(c, bot))
    if not chat.private:
        return [one for one in found if one.chat == chat.id]
    return [one for one in found if every or one.author == person]


def others(call: Call) -> tuple[Message, ...]:
    """Why the reader may not look after other people's; () if they may."""
    return call.services.policy.decide(call.actor.id, OTHERS, None).reason


def manages(call: Call, one: Schedule) -> bool:
    """Whether the reader may pause, resume and remove it."""
    return one.author == call.actor.id or not others(call)


async def chosen(call: Call, number: int | None) -> Schedule | Reply:
    """The one of this number that the reader may see, or the question which one.

    Raises:
        UsageError: there is none.
    """
    found = await visible(call, every=not others(call))
    if number is None:
        return _picker(call, [one for one in found if manages(call, one)])
    for one in found:
        if one.id == number:
            return one
    raise UsageError(
        msg("There is no schedule {number} here.", number=Code(str(number))),
        msg("{ls} shows those that there are.", ls=Tappable("/schedules")),
    )


async def own(call: Call, number: int | None) -> Schedule | Reply:
    """The same, if it is the reader's own: what it does has its author's rights.

    Raises:
        Denied: it is somebody else's.
    """
    found = await chosen(call, number)
    if isinstance(found, Schedule) and found.author != call.actor.id:
        raise Denied(
            msg("Not done: schedule {number} is somebody else's.", number=number_of(found)),
            msg("It runs with their rights, so only they can start it or change what it does."),
        )
    return found


async def managed(call: Call, number: int | None) -> Schedule | Reply:
    """The same, if the reader may look after it.

    Raises:
        Denied: it is somebody else's.
    """
    found = await chosen(call, number)
    if isinstance(found, Schedule) and not manages(call, found):
        told = msg("Not done: schedule {number} is somebody else's.", number=number_of(found))
        raise Denied(told, *others(call))
    return found


def keys(call: Call, found: list[Schedule], verb: str) -> tuple[tuple[Button, ...], ...]:
    """A button for each of the first, by what it does."""
    labels = (
        msg("{number} {what}", number=number_of(one), what=what_of(one, call.services))
        for one in found[:_OFFERED]
    )
    return tuple(
        (Button(label, ("schedule", verb, str(one.id)), inplace=True),)
        for label, one in zip(labels, found, strict=False)
    )


def _picker(call: Call, found: list[Schedule]) -> Reply:
    if not found:
        return Reply((Text(none()),), outcome=Outcome.CANCELLED)
    which = msg("{command}: which schedule?", command=Code(call.command.spelling))
    buttons = keys(call, found, call.command.path[1])
    return Reply((Text(which),), buttons=buttons, outcome=Outcome.CANCELLED)


def none() -> Message:
    """There are no schedules, and how one is made."""
    example = Code("/schedule add at 23:00 stop staging-*")
    return msg("No schedules yet. {example} makes one.", example=example)
