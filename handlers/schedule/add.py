"""`/schedule add`: have a command run at its times, with the rights that its author has then."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call
from bot.command.due import begins
from bot.command.grammar import usage
from bot.command.kinds import choice
from bot.command.spec import argument, command, option
from bot.command.times import Times, read
from bot.errors import Conflict, UsageError
from bot.message import Tappable, msg
from bot.reply import Reply
from handlers.schedule.card import card
from handlers.schedule.checked import Checked, checked
from storage import schedules
from storage.schedules import Missed, Schedule

# Of one person's, of a chat's (a list that is still read), and of everybody's.
_EACH, _HERE, _ALL = 20, 30, 100


@command(
    "schedule add",
    permission="schedule.edit",
    act=msg("add a schedule"),
    hostless=True,
)
@option(
    "--missed",
    type=choice(*Missed),
    default=Missed.REPORT.value,
    help="What to do about times when I was off: run (once) or report",
)
@argument("words", nargs=-1, metavar="TIMES COMMAND…")
async def add(call: Call, missed: str, words: tuple[str, ...]) -> Reply:
    """Run a command at certain times.

    The times come first: `"0 9 * * 1-5"` as cron has it, `every 15m`, `at 23:00` (every day) or
    `at 2026-12-01 09:00` (once), on the clock of the chat; then the command as it is typed. A name
    in it may be a pattern: `at 23:00 stop staging-*`.
    """
    times, rest = read_times(call, words)
    what = await checked(call, rest)
    made = _made(call, times, what, Missed(missed))
    number = await call.services.database.write(
        lambda c: schedules.add(c, made, each=_EACH, here=_HERE, most=_ALL)
    )
    if number is None:
        raise Conflict(
            msg(
                "There are too many schedules: {each} each, {here} in a chat, {all} in all.",
                each=_EACH,
                here=_HERE,
                all=_ALL,
            ),
            msg("Remove one first: {ls}", ls=Tappable("/schedules")),
        )
    call.services.scheduled.set()
    return card(call, replace(made, id=number), *what.example)


def read_times(call: Call, words: tuple[str, ...]) -> tuple[Times, tuple[str, ...]]:
    """The times that the words begin with, and the rest.

    Raises:
        UsageError: they are none, or are over.
    """
    try:
        return read(words)
    except UsageError as error:
        raise UsageError(error.message, *error.hints, usage=usage(call.command)) from error


def first_of(call: Call, times: Times, since: float) -> float:
    """When it is due for the first time from now on.

    Raises:
        UsageError: never.
    """
    now = call.services.clock()
    found = times.after(now, call.zone, since)
    if found is None:
        raise UsageError(msg("That time is over."), msg("Nothing was scheduled."))
    return found


def _made(call: Call, times: Times, what: Checked, missed: Missed) -> Schedule:
    now, actor, chat = call.services.clock(), call.actor, call.request.chat
    since = begins(now)
    return Schedule(
        bot=call.services.bot,
        author=actor.id,
        name=actor.name.raw,
        language=actor.language,
        chat=chat.id,
        private=chat.private,
        thread=chat.thread,
        zone=call.zone.key,
        times=times.text,
        argv=what.argv,
        host=what.host,
        missed=missed,
        since=since,
        next_at=first_of(call, times, since),
        reckoned_at=now,
    )
