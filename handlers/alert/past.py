"""What a rule is about, as it was: figures of the past, read in pieces that keep nobody waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.command.call import Call
from bot.errors import UsageError
from bot.message import Code, Untrusted, msg
from bot.watch.condition import OF_HOST, Threshold
from bot.watch.replay import Figure, Firing, spread, stored
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from handlers.alert.chosen import watcher
from storage import happenings, history
from storage.database import Connection
from storage.happenings import Kind
from storage.history import HOST

_DAY, _MOMENT = 86_400.0, 60.0
_STEP = 100.0  # seconds between two looks at a mean of five minutes
_CONTAINERS = 20  # of a host: a day of as many takes some seconds of a core

Series = dict[str, tuple[Watched, list[Figure]]]


def whole(begins: float, now: float) -> bool:
    """Whether every sweep of that time is still stored; a day was asked for a moment ago."""
    return now - begins <= _DAY + _MOMENT


async def series_of(call: Call, rule: Rule, host: str, begins: float, now: float) -> Series:
    """The figures of what it is about, each read by itself: few containers, or the host."""
    known = {one.name: one for one in watcher(call).containers(host)}
    await call.services.catch_up(host)
    if isinstance(rule.when, Threshold) and rule.when.when.metric in OF_HOST:
        about = [_past({}, host, HOST)]
    else:
        names = await call.services.database.read(lambda c: history.subjects(c, host, begins))
        about = [one for name in sorted(names) if _fits(rule, one := _past(known, host, name))]
    if len(about) > _CONTAINERS:
        raise UsageError(
            msg(
                "It is about {count} containers on {host}; I can replay {most}.",
                count=len(about),
                host=Untrusted(host),
                most=_CONTAINERS,
            ),
            msg("Narrow it: {example}.", example=Code(f"/alert edit {rule.name} on web*")),
        )
    read = partial(_figures, host=host, metrics=stored(rule), begins=begins, now=now)
    found: Series = {}
    for one in about:
        figures = await call.services.database.read(partial(read, name=one.name))
        if figures:
            found[one.name] = (one, figures)
    return found


async def fired(call: Call, rule: Rule, host: str, begins: float, now: float) -> list[Firing]:
    """How often it has fired there, in order."""
    bot, database = call.services.bot, call.services.database
    found = await database.read(lambda c: happenings.between(c, bot, host, begins, now))
    return [
        Firing(Subject(host, one.subject), one.at, one.until)
        for one in found
        if one.kind is Kind.ALERT and one.rule == rule.name and one.at >= begins
    ]


def _past(known: Mapping[str, Watched], host: str, name: str) -> Watched:
    """A container as it was: its labels are those that it has now, if it is still there."""
    one = known.get(name) or Watched(name, "", Subject(host, name), running=True)
    return replace(one, running=True)


def _fits(rule: Rule, one: Watched) -> bool:
    return rule.on.fits(one.subject, one.name, one.labels)


def _figures(
    connection: Connection,
    *,
    host: str,
    name: str,
    metrics: tuple[str, ...],
    begins: float,
    now: float,
) -> list[Figure]:
    """What was known of it, in order: the sum of these, where all of them are known."""
    resolution = history.RAW if whole(begins, now) else history.FINE
    columns = [
        {
            point.at: point.mean
            for point in history.series(
                connection, host, name, metric, since=begins, until=now, resolution=resolution
            )
        }
        for metric in metrics
    ]
    moments = sorted(set.intersection(*map(set, columns)))
    figures = [(at, sum(column[at] for column in columns)) for at in moments]
    return figures if resolution == history.RAW else list(spread(figures, resolution, _STEP))
