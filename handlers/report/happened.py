"""What happened: how often, against the time before, to whom, and how alerts went."""

from __future__ import annotations

from collections.abc import Iterator

from bot.message import Message, Moment, Names, Untrusted, Value, msg
from bot.message import Span as Length
from handlers.report.period import Period
from handlers.report.state import was
from storage.happenings import Happening, Kind

_FEW = 3
_KINDS = {
    Kind.OOM: msg("out of memory"),
    Kind.UNHEALTHY: msg("unhealthy"),
    Kind.RESTART: msg("restarts"),
    Kind.ALERT: msg("alerts"),
}


def happened(here: Period, before: Period) -> Iterator[Message]:
    """A line for each kind that happened in one of the two times."""
    for kind, what in _KINDS.items():
        count, earlier = here.count(kind), before.count(kind)
        if not (count or earlier):
            continue
        times = was(count, earlier if before.watched else None)
        if count and kind is not Kind.ALERT:
            names = Names(tuple(_often(*one) for one in here.names(kind)[:_FEW]))
            yield msg("{what!c}: {times}: {names}", what=what, times=times, names=names)
        else:
            yield msg("{what!c}: {times}", what=what, times=times)


def alerts(here: Period) -> list[Message]:
    """How each went, what fires still first, then the newest first."""
    found = sorted(here.alerts, key=lambda one: (one.until is not None, -one.at))
    return [_alert(one) for one in found]


def _often(name: str, times: int) -> Value:
    who = Untrusted(name)
    return who if times == 1 else msg("{name} {count}×", name=who, count=times)


def _alert(one: Happening) -> Message:
    """When somebody had it, and when it was over."""
    name = Untrusted(one.subject or one.host)
    what = msg("{rule} of {name}, {time}", rule=Untrusted(one.rule), name=name, time=Moment(one.at))
    taken = None if one.taken is None else Length(one.taken - one.at)
    over = None if one.until is None else Length(one.until - one.at)
    had = msg("taken after {time}", time=taken) if taken else msg("nobody took it")
    end = msg("over after {time}", time=over) if over else msg("fires still")
    return msg("{what}: {had}, {end}.", what=what, had=had, end=end)
