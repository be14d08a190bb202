"""`/schedule ls` and `/schedule show`."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import whole
from bot.command.scheduled import number_of, what_of
from bot.command.spec import argument, command, flag
from bot.errors import Denied
from bot.message import Message, Moment, msg, plural
from bot.reply import Block, Fold, Reply, Text
from handlers.schedule.card import card
from handlers.schedule.chosen import chosen, keys, none, others, visible
from storage.schedules import Schedule

_SHOWN = 8


@command(
    "schedule ls",
    shortcut="schedules",
    aliases=("schedule list",),
    permission="schedule.ls",
    act=msg("list the schedules"),
    hostless=True,
)
@flag("-a", "--all", help="In a private chat: those of other people and chats as well")
async def ls(call: Call, *, all: bool) -> Reply:  # noqa: A002 - Docker's word
    """List your schedules or, in a group, those of the group."""
    if all and (why := others(call)):
        raise Denied(msg("Not done: list all schedules"), *why)
    found = await visible(call, every=all)
    if not found:
        return Reply((Text(none()),))
    verdict = plural("{count} schedule", "{count} schedules", len(found))
    lines = tuple(Text(_line(call, one)) for one in found)
    told: tuple[Block, ...] = (Fold(lines),) if len(lines) > _SHOWN else lines
    return Reply((Text(verdict), *told), buttons=keys(call, found, "show"))


@command(
    "schedule show",
    permission="schedule.ls",
    act=msg("look at a schedule"),
    hostless=True,
)
@argument("number", type=whole(1, 2**53), required=False)
async def show(call: Call, number: int | None) -> Reply:
    """Show a schedule, its next times and how it went."""
    one = await chosen(call, number)
    return one if isinstance(one, Reply) else card(call, one)


def _line(call: Call, one: Schedule) -> Message:
    what = what_of(one, call.services)
    return msg("{number} {what}: {state}", number=number_of(one), what=what, state=_state(one))


def _state(one: Schedule) -> Message:
    if one.running is not None:
        return msg("runs now")
    if one.paused:
        return msg("paused")
    if one.next_at is None:
        return msg("over")
    return msg("{time}", time=Moment(one.next_at))
