"""How a host is and was: what runs, for how much of the time it was up, and what of that is known.

The share of a container is one of the time that was watched: of the rest nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from bot.message import Message, Names, Percent, Untrusted, Value, msg, plural
from bot.message import Span as Length
from handlers.report.facts import Facts

_FEW = 3


def was(now: Value, before: Value | None) -> Value:
    """A figure, with the one of the time before where that is known."""
    return now if before is None else msg("{now} (was {before})", now=now, before=before)


def state(found: Facts) -> Iterator[Message]:
    """How many run now, and how much of the time was watched."""
    here, before = found.here, found.before
    if found.silent:
        yield found.silent.message
        yield msg("How many containers run, I can't know.")
    else:
        up = sum(one.state == "running" for one in found.containers)
        yield msg("{up} of {all} run now.", up=up, all=len(found.containers))
    if not here.whole:
        yield msg(
            "Watched for {there} of {length}: what else happened, I can't know.",
            there=Length(here.watched),
            length=Length(here.length),
        )
    if before.watched and not before.whole:
        yield msg(
            "The time before was watched for {there} of {length}.",
            there=Length(before.watched),
            length=Length(before.length),
        )


def uptime(found: Facts) -> Iterator[Message]:
    """Who was not up all the time, the worst first; all others are one line."""
    made = {one.name.raw: found.made(one) for one in found.containers}
    now = found.here.up(made)
    before = found.before.up({n: at for n, at in made.items() if at < found.here.since})
    away = sorted((name for name in now if 0 < now[name] < 1), key=lambda name: now[name])
    if away:
        shares = tuple(_share(name, now[name], before.get(name)) for name in away)
        yield msg("Not up all the time: {names}", names=_few(shares))
    if never := tuple(Untrusted(name) for name, share in now.items() if share <= 0):
        yield msg("Not up at all: {names}", names=_few(never))
    if well := sum(share >= 1 for share in now.values()):
        yield _well(well, all_of_it=found.here.whole, alone=not (away or never))


def _well(count: int, *, all_of_it: bool, alone: bool) -> Message:
    """How many were up; of a time that was not all watched no more is said than is known."""
    if alone and all_of_it:
        return plural("It was up all the time.", "All were up all the time.", count)
    if alone:
        return plural("It was up while I watched.", "All were up while I watched.", count)
    if all_of_it:
        return plural(
            "{count} other was up all the time.", "{count} others were up all the time.", count
        )
    return plural(
        "{count} other was up while I watched.", "{count} others were up while I watched.", count
    )


def _share(name: str, now: float, before: float | None) -> Message:
    earlier = None if before is None or before == now else _percent(before)
    return msg("{name} {share}", name=Untrusted(name), share=was(_percent(now), earlier))


def _percent(share: float) -> Percent:
    """Rounded down: what is not all of it never looks like it."""
    return Percent(floor(1000 * share) / 10)


def _few(names: tuple[Value, ...]) -> Value:
    if len(names) <= _FEW:
        return Names(names)
    return Names((*names[:_FEW], msg("{count} more", count=len(names) - _FEW)))
