"""`/alert test`: when a rule would have fired, by what was stored of the past."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import chain

from bot.command.call import Call
from bot.command.kinds import SINCE, Ago
from bot.command.spec import argument, command, option
from bot.errors import UsageError
from bot.message import Code, Message, Moment, Names, Span, Untrusted, msg, plural
from bot.reply import Reply, Text, say
from bot.watch.condition import Threshold
from bot.watch.replay import Firing, replay, stored
from bot.watch.rule import Rule
from bot.watch.rulebook import Entry
from handlers.alert.chosen import chosen, watcher
from handlers.alert.past import Series, fired, series_of, whole
from storage import history
from storage.history import HOST

_LONGEST = 7 * 86_400.0
_SHOWN = 8


@command("alert test", permission="alert.ls", act=msg("test a rule"), hostless=True, cost=5)
@option("--since", type=SINCE, default="24h", help="From when on, as in 6h; 7 days at most")
@argument("rule", required=False)
async def test(call: Call, since: Ago, rule: str | None) -> Reply:
    """Replay what is stored: when a rule would have fired, and for how long.

    Where that can't be replayed: when it has fired.
    """
    entry = chosen(call, rule)
    if isinstance(entry, Reply):
        return entry
    begins, now = _begins(call, since), call.services.clock()
    if not stored(entry.rule):
        past = [await fired(call, entry.rule, h, begins, now) for h in _hosts(call, entry)]
        return _has(entry.rule, sorted(chain(*past), key=_since), Span(now - begins))
    every: dict[str, Series] = {
        host: await series_of(call, entry.rule, host, begins, now) for host in _hosts(call, entry)
    }
    if not any(every.values()):
        return say(msg("Nothing is stored of it since {since}.", since=Moment(begins)))
    good = watcher(call).good if whole(begins, now) else history.FINE + 1.0
    found: list[Firing] = []
    for series in every.values():
        found += await asyncio.to_thread(replay, entry.rule, series, good)
    found.sort(key=_since)
    return _told(entry.rule, every, found, begins, now)


def _begins(call: Call, since: Ago) -> float:
    begins, now = call.epoch(since), call.services.clock()
    if begins is None or not 0 < now - begins <= _LONGEST:
        raise UsageError(
            msg("Write since when, 7 days at most: {example}.", example=Code("--since 24h"))
        )
    return begins


def _hosts(call: Call, entry: Entry) -> list[str]:
    """Those that it is about, and whose alerts the reader may see."""
    policy, person = call.services.policy, call.actor.id
    about = [host for host in call.services.hosts if entry.rule.on.about(host)]
    return [host for host in about if policy.decide(person, "alert.ls", host).allowed]


def _since(one: Firing) -> float:
    return one.since


def _has(rule: Rule, found: list[Firing], time: Span) -> Reply:
    """When it has fired, and why it can't be said when it would have."""
    name = Untrusted(rule.name)
    verdict = plural(
        "{name} has fired {count} time in {time}.",
        "{name} has fired {count} times in {time}.",
        len(found),
        name=name,
        time=time,
    )
    if not found:
        verdict = msg("{name} has not fired in {time}.", name=name, time=time)
    return Reply(tuple(map(Text, (verdict, *_lines(found), _why(rule)))))


def _why(rule: Rule) -> Message:
    """Why it can't be replayed."""
    if not (isinstance(rule.when, Threshold) and rule.when.when.metric == "mem"):
        return msg("It can't be replayed: what it goes by is not stored.")
    return msg(
        "It can't be replayed: {metric} is a share of a limit that is not stored. {other} can be.",
        metric=Code("mem"),
        other=Code("mem_bytes"),
    )


def _told(
    rule: Rule, every: Mapping[str, Series], found: list[Firing], begins: float, now: float
) -> Reply:
    name, time = Untrusted(rule.name), Span(now - begins)
    verdict = plural(
        "{name} would have fired {count} time in {time}.",
        "{name} would have fired {count} times in {time}.",
        len(found),
        name=name,
        time=time,
    )
    if not found:
        verdict = msg("{name} would not have fired in {time}.", name=name, time=time)
    return Reply(tuple(map(Text, (verdict, *_lines(found), *_by(every, begins, now)))))


def _lines(found: list[Firing]) -> list[Message]:
    lines = [_line(one) for one in found[-_SHOWN:]]
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        lines.insert(0, plural("{count} before that", "{count} before that", more))
    return lines


def _line(one: Firing) -> Message:
    subject, since = one.subject.shown, Moment(one.since)
    if one.ended is None:
        return msg("{subject}: since {since}, still", subject=subject, since=since)
    spent = Span(one.ended - one.since)
    return msg("{subject}: {since}, for {time}", subject=subject, since=since, time=spent)


def _by(every: Mapping[str, Series], begins: float, now: float) -> list[Message]:
    """What it was replayed on."""
    series = [figures for one in every.values() for _, figures in one.values()]
    first = min(figures[0][0] for figures in series)
    since = Moment(max(first, begins))
    if all(HOST in one for one in every.values()):
        hosts = Names(tuple(map(Untrusted, every)))
        told = msg("Replayed: figures of {hosts} since {since}.", hosts=hosts, since=since)
    else:
        told = plural(
            "Replayed: {count} container, figures since {since}.",
            "Replayed: {count} containers, figures since {since}.",
            len(series),
            since=since,
        )
    if whole(begins, now):
        return [told]
    return [told, msg("By means of 5 minutes: what is shorter does not show.")]
