"""One schedule as it is shown: what it does, when, how it went, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.command.call import Call
from bot.command.scheduled import number_of, run_now, typing, what_of
from bot.command.times import again, next_of
from bot.message import Code, Message, Moment, Names, Person, Untrusted, msg
from bot.reply import Block, Button, Reply, Text
from handlers.audit.entry import OUTCOMES
from handlers.schedule.chosen import manages
from storage.schedules import Missed, Schedule

_NEXT = 3
_MISSED = {
    Missed.RUN: msg("Times that I miss are made up for by one run."),
    Missed.REPORT: msg("Times that I miss are told, and not made up for."),
}


def card(call: Call, one: Schedule, *more: Block) -> Reply:
    """All there is to know of it."""
    what = what_of(one, call.services)
    verdict = msg("Schedule {number}: {what}", number=number_of(one), what=what)
    times = msg("{times} ({zone})", times=Code(one.times), zone=Code(one.zone))
    lines = (verdict, times, _coming(one), *_last(one), _MISSED[one.missed], _by(call, one))
    return Reply((*map(Text, lines), *more), buttons=tuple(_buttons(call, one)))


def _coming(one: Schedule) -> Message:
    """When it runs next, or why it does not."""
    if one.paused:
        return msg("Paused.")
    if one.next_at is None:
        return msg("Over: it does not run again.")
    more = next_of(again(one.times), one.next_at, ZoneInfo(one.zone), one.since, _NEXT - 1)
    return msg("Next: {times}", times=Names(tuple(map(Moment, (one.next_at, *more)))))


def _last(one: Schedule) -> Iterator[Message]:
    if one.run_at is None:
        return
    time = Moment(one.run_at)
    if one.running is not None:
        yield msg("Runs now, for {time}.", time=time)
    elif one.outcome is not None:
        outcome = OUTCOMES.get(one.outcome, Untrusted(one.outcome))
        yield msg("Last: {time}, {outcome}", time=time, outcome=outcome)


def _by(call: Call, one: Schedule) -> Message:
    """Whose rights it has, by the name given at enrolment."""
    subject = call.services.policy.subject(one.author)
    person = subject.person if subject else Person(Untrusted(one.name), one.author)
    return msg("Runs with the rights of {person}.", person=person)


def _buttons(call: Call, one: Schedule) -> Iterator[tuple[Button, ...]]:
    yield (Button(msg("All schedules"), ("schedule", "ls"), inplace=True),)
    if not manages(call, one):
        return
    number = number_of(one)
    if one.paused:
        turn = typing(one, msg("Resume {number}", number=number), "resume", inplace=True)
    else:
        turn = typing(one, msg("Pause {number}", number=number), "pause", inplace=True)
    yield (turn, run_now(one)) if one.author == call.actor.id else (turn,)
    yield (typing(one, msg("Remove {number}…", number=number), "rm", inplace=True),)
