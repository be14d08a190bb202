"""`/report`: how a host did in a day, a week or a month; the verdict first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.command.kinds import choice
from bot.command.spec import argument, command, flag
from bot.message import Message, Untrusted, msg
from bot.reply import Button, Fold, Outcome, Reply, Table, Text
from handlers.formatted import refresh
from handlers.offer import may
from handlers.report.changes import done, renewed
from handlers.report.facts import Facts, facts
from handlers.report.happened import alerts, happened
from handlers.report.measured import DAY
from handlers.report.room import room, taken
from handlers.report.state import state, uptime
from handlers.report.steady import steady
from handlers.report.used import load, most
from handlers.report.verdict import verdict

_LENGTHS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
_SPANS = {"day": msg("24 hours"), "week": msg("7 days"), "month": msg("30 days")}
_FEW, _MANY = 2, 20  # lines of a list that are seen, and that are behind the fold


@command(
    "system report",
    shortcut="report",
    permission="system.report",
    act=msg("report on {host}"),
    cost=10,
    deadline=120.0,
)
@flag("--only-changes", help="Say no more than that if nothing changed; on a schedule, nothing")
@argument("period", required=False, type=choice(*_LENGTHS), default="day")
async def report(call: Call, period: str, *, only_changes: bool) -> Reply:
    """Report how a host did: in the last day, week or month.

    What needs you comes first; then how much of the time containers were up, what happened, who
    used most, which images are newer in their registries, and who changed what, compared with the
    time before. Nothing is called well that nobody watched.

    With `--only-changes`, a report on a schedule comes only if something began or ended in that
    time: a restart, a kill for memory, a failed health check, an alert, a container that went
    down, came up or was made; somebody did something; the disk came to be nearly full; or not all
    was watched. What just goes on, and newer images, are no change.
    """
    found = await facts(call, _LENGTHS[period])
    changes = await done(call, found)
    if only_changes and steady(found, changes):
        return _unchanged(call, found, period)
    images = await renewed(call, found)
    went = alerts(found.here)
    here = (
        verdict(call, found, _SPANS[period]),
        *state(found),
        *await load(call, found),
        *room(found.disk, found.here.until),
        *happened(found.here, found.before),
        *went[:_FEW],
        *uptime(found),
        *images,
        *changes[:_FEW],
    )
    folded: tuple[Text | Table, ...] = (
        *_texts((*went[_FEW:_MANY], *changes[_FEW:])),
        *await most(call, found),
        *_texts(tuple(taken(found.disk))),
    )
    buttons = _buttons(call, period, newer=bool(images))
    outcome = Outcome.PARTIAL if found.silent else Outcome.FINISHED
    return Reply((*_texts(here), *_folded(folded)), buttons=buttons, outcome=outcome)


def _unchanged(call: Call, found: Facts, period: str) -> Reply:
    """What is told to who asks; a schedule only notes it."""
    host = Untrusted(call.host.name)
    told = msg("Nothing changed · {host} · {span}", host=host, span=_SPANS[period])
    every = Button(
        msg("Whole report"), (*call.command.path, period), inplace=True, host=call.host.name
    )
    texts = _texts((told, *state(found)))
    return Reply(texts, buttons=((every,),), outcome=Outcome.UNCHANGED)


def _texts(messages: Sequence[Message]) -> tuple[Text, ...]:
    return tuple(map(Text, messages))


def _folded(blocks: tuple[Text | Table, ...]) -> tuple[Fold, ...]:
    return (Fold(blocks),) if blocks else ()


def _buttons(call: Call, period: str, *, newer: bool) -> tuple[tuple[Button, ...], ...]:
    """Another time, the same again; a picture, and what is newer."""
    host = call.host.name
    others = tuple(
        Button(label, (*call.command.path, key), inplace=True, host=host)
        for key, label in _SPANS.items()
        if key != period
    )
    more = []
    if may(call, "container chart"):
        label = msg("Chart of {host}", host=Untrusted(host))
        argv = ("container", "chart", "cpu", f"{_LENGTHS[period]:g}s")
        more.append(Button(label, argv, host=host))
    if newer:
        more.append(Button(msg("Newer images"), ("container", "outdated"), host=host))
    return (*others, refresh(call)), tuple(more)
