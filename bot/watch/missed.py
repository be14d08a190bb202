"""What is told of times that nobody was there for: the bot was off, or its clock was set on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from bot.command.scheduled import number_of, run_now, what_of
from bot.command.services import Services
from bot.command.times import again
from bot.message import Message, Moment, msg, plural
from bot.reply import Block, Fold, Reply, Text
from storage.schedules import Missed, Schedule

_COUNTED = 100
_SHOWN, _BUTTONS = 8, 3


def report(first: Schedule, found: Sequence[Schedule], now: float, services: Services) -> Reply:
    """All that a chat has missed, and what of it runs now; the rest is a tap away.

    Who is offered to run something is the author of the `first`: of what is theirs.
    """
    lines = [Text(_line(one, now).having(what=what_of(one, services))) for one in found]
    told: list[Block] = [Fold(tuple(lines))] if len(lines) > _SHOWN else [*lines]
    verdict = plural(
        "{count} schedule was missed while I was off.",
        "{count} schedules were missed while I was off.",
        len(found),
    )
    offered = [o for o in found if o.missed is Missed.REPORT and o.author == first.author]
    buttons = tuple((run_now(one),) for one in offered[:_BUTTONS])
    return Reply((Text(verdict), *told), buttons=buttons, rings=bool(offered))


def _line(one: Schedule, now: float) -> Message:
    count = sum(1 for _ in islice(_times(one, now), _COUNTED))
    done = msg("runs now, once") if one.missed is Missed.RUN else msg("not run")
    sentence = plural(
        "{number} {what}: at {time}, {done}",
        "{number} {what}: {count} times since {time}, {done}",
        count,
    )
    at = Moment(one.due_at)
    return sentence.having(number=number_of(one), time=at, done=done)


def _times(one: Schedule, now: float) -> Iterator[float]:
    """The times that were missed."""
    yield one.due_at
    later = again(one.times).following(one.due_at, ZoneInfo(one.zone), one.since)
    yield from takewhile(lambda at: at <= now, later)
