"""`/schedule pause`, `resume`, `run` and `rm`."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call
from bot.command.due import reckoned
from bot.command.kinds import whole
from bot.command.scheduled import number_of, typing, what_of
from bot.command.spec import argument, command, flag
from bot.errors import Conflict
from bot.message import msg
from bot.reply import Outcome, Reply, Text, say
from handlers.schedule.card import card
from handlers.schedule.chosen import managed, own
from storage import schedules
from storage.schedules import Schedule

_NUMBER = whole(1, 2**53)


async def stored(call: Call, seen: Schedule, one: Schedule) -> Schedule:
    """Store what was made of what was seen, and have the times looked at anew.

    Raises:
        Conflict: it was another by then.
    """
    if not await call.services.database.write(lambda c: schedules.change(c, seen, one)):
        raise Conflict(
            msg("Schedule {number} has just run, or was changed.", number=number_of(seen)),
            msg("Nothing was changed. Send it again."),
        )
    call.services.scheduled.set()
    return one


@command(
    "schedule pause",
    permission="schedule.edit",
    act=msg("pause a schedule"),
    hostless=True,
)
@argument("number", type=_NUMBER, required=False)
async def pause(call: Call, number: int | None) -> Reply:
    """Let a schedule rest until it is resumed."""
    one = await managed(call, number)
    if isinstance(one, Reply):
        return one
    if not await call.services.database.write(lambda c: schedules.pause(c, one.id)):
        raise _gone(one)
    call.services.scheduled.set()
    return card(call, replace(one, paused=True))


@command(
    "schedule resume",
    permission="schedule.edit",
    act=msg("resume a schedule"),
    hostless=True,
)
@argument("number", type=_NUMBER, required=False)
async def resume(call: Call, number: int | None) -> Reply:
    """Let a paused schedule go on; what was due meanwhile is not made up for."""
    one = await managed(call, number)
    if isinstance(one, Reply):
        return one
    if not one.paused:
        return card(call, one)
    now = call.services.clock()
    goes_on = replace(reckoned(one, now), paused=False)
    return card(call, await stored(call, one, goes_on))


@command(
    "schedule run",
    permission="schedule.edit",
    act=msg("run a schedule"),
    hostless=True,
)
@argument("number", type=_NUMBER, required=False)
async def run(call: Call, number: int | None) -> Reply:
    """Run a schedule now, whatever its times; they stay as they are."""
    one = await own(call, number)
    if isinstance(one, Reply):
        return one
    now = call.services.clock()
    if not await call.services.database.write(lambda c: schedules.ask(c, one.id, now)):
        raise Conflict(
            msg("Schedule {number} runs already.", number=number_of(one)),
            msg("It never runs beside itself."),
        )
    call.services.scheduled.set()
    what = what_of(one, call.services)
    return say(msg("Schedule {number} runs now: {what}", number=number_of(one), what=what))


@command(
    "schedule rm",
    permission="schedule.edit",
    act=msg("remove a schedule"),
    hostless=True,
)
@flag("-f", "--force", help="Remove it without being asked")
@argument("number", type=_NUMBER, required=False)
async def rm(call: Call, number: int | None, *, force: bool) -> Reply:
    """Remove a schedule; a run of it that goes on is not ended."""
    one = await managed(call, number)
    if isinstance(one, Reply):
        return one
    what = what_of(one, call.services)
    if not force:
        return _question(call, one)
    if not await call.services.database.write(lambda c: schedules.remove(c, one.id)):
        raise _gone(one)
    call.services.scheduled.set()
    return say(msg("Removed schedule {number}: {what}", number=number_of(one), what=what))


def _question(call: Call, one: Schedule) -> Reply:
    number, what = number_of(one), what_of(one, call.services)
    verdict = msg("Remove schedule {number}: {what}?", number=number, what=what)
    keep = typing(one, msg("Keep it"), "show", inplace=True)
    yes = typing(one, msg("Remove schedule {number}", number=number), "rm", "-f", inplace=True)
    return Reply((Text(verdict),), buttons=((keep,), (yes,)), outcome=Outcome.CANCELLED)


def _gone(one: Schedule) -> Conflict:
    return Conflict(msg("Schedule {number} is there no more.", number=number_of(one)))
