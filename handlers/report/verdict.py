"""The first line of a report: well, only where all was watched; else what matters most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.command.call import Call
from bot.hosts.types import Container
from bot.message import Message, Names, Untrusted, msg, plural
from handlers.report.facts import Facts
from handlers.report.room import pressing
from storage.happenings import Kind

_TOP = 3


def verdict(call: Call, found: Facts, span: Message) -> Message:
    """The things that matter most, at most three."""
    host, matters = Untrusted(call.host.name), tuple(_matters(found))
    if matters:
        what = Names(matters[:_TOP])
        return msg("{what!c} · {host} · {span}", what=what, host=host, span=span)
    if found.here.whole:
        return msg("All well · {host} · {span}", host=host, span=span)
    return msg("Nothing bad seen, but not all · {host} · {span}", host=host, span=span)


def _matters(found: Facts) -> Iterator[Message]:
    """What needs somebody, the worst first; what an alert tells is told by that alone."""
    here = found.here
    firing = [one for one in here.alerts if one.until is None]
    told = frozenset(one.subject for one in firing)
    if found.silent:
        yield msg("Docker does not answer")
    if len(firing) == 1:
        name = Untrusted(firing[0].subject or firing[0].host)
        yield msg("{rule} of {name} fires", rule=Untrusted(firing[0].rule), name=name)
    elif firing:
        yield plural("{count} alert fires", "{count} alerts fire", len(firing))
    yield from _now([one for one in found.containers if one.name.raw not in told])
    yield from pressing(found.disk, here.until)
    if oom := here.count(Kind.OOM, but=told):
        yield plural("{count} time out of memory", "{count} times out of memory", oom)
    if flips := here.count(Kind.UNHEALTHY, but=told):
        yield plural("{count} failed health check", "{count} failed health checks", flips)
    if restarts := here.count(Kind.RESTART, but=told):
        yield plural("{count} restart", "{count} restarts", restarts)
    if over := len(here.alerts) - len(firing):
        yield plural("{count} alert, over", "{count} alerts, over", over)


def _now(containers: Iterable[Container]) -> Iterator[Message]:
    """What is wrong still."""
    needy = [one for one in containers if one.needs_you]
    if sick := sum(one.health == "unhealthy" for one in needy):
        yield plural("{count} is unhealthy", "{count} are unhealthy", sick)
    if down := len(needy) - sick:
        yield plural("{count} is down", "{count} are down", down)
