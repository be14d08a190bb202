"""`/schedule edit`: other times for a schedule of one's own, or another command."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call
from bot.command.due import afresh
from bot.command.kinds import choice, whole
from bot.command.spec import argument, command, option
from bot.errors import UsageError
from bot.message import Code, msg
from bot.reply import Block, Reply
from handlers.schedule.add import first_of, read_times
from handlers.schedule.card import card
from handlers.schedule.changes import stored
from handlers.schedule.checked import checked
from handlers.schedule.chosen import own
from storage.schedules import Missed, Schedule


@command(
    "schedule edit",
    permission="schedule.edit",
    act=msg("change a schedule"),
    hostless=True,
)
@option("--missed", type=choice(*Missed), help="What to do about times when I was off: run, report")
@argument("number", type=whole(1, 2**53), required=False)
@argument("words", nargs=-1, metavar="[TIMES] [COMMAND…]")
async def edit(call: Call, missed: str | None, number: int | None, words: tuple[str, ...]) -> Reply:
    """Change the times of a schedule, or its command as well.

    As with `/schedule add`: the times first, then the command if that is to be another.
    """
    one = await own(call, number)
    if isinstance(one, Reply):
        return one
    if missed is None and not words:
        line = Code(f"/schedule edit {one.id} every 1h")
        raise UsageError(msg("What shall be another? Write {example}.", example=line))
    new = one if missed is None else replace(one, missed=Missed(missed))
    example: tuple[Block, ...] = ()
    if words:
        new, example = await _anew(call, new, words)
    return card(call, await stored(call, one, new), *example)


async def _anew(
    call: Call, one: Schedule, words: tuple[str, ...]
) -> tuple[Schedule, tuple[Block, ...]]:
    """With other times, on the clock of this chat; and with another command, if one is given."""
    times, rest = read_times(call, words)
    now = call.services.clock()
    since = afresh(one.since, now)
    due = first_of(call, times, since)
    changed = replace(
        one, times=times.text, zone=call.zone.key, since=since, next_at=due, reckoned_at=now
    )
    if not rest:
        return changed, ()
    what = await checked(call, rest)
    return replace(changed, argv=what.argv, host=what.host), what.example
