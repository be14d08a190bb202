"""The first line of a report: well, only where all was watched; else what matters most."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
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
    """What needs somebody, the worst first."""
    if found.silent:
        yield msg("Docker does not answer")
    yield from _now(found)
    yield from pressing(found.disk, found.here.until)
    here = found.here
    if oom := here.count(Kind.OOM):
        yield plural("{count} time out of memory", "{count} times out of memory", oom)
    if flips := here.count(Kind.UNHEALTHY):
        yield plural("{count} failed health check", "{count} failed health checks", flips)
    if restarts := here.count(Kind.RESTART):
        yield plural("{count} restart", "{count} restarts", restarts)
    if over := sum(one.until is not None for one in here.alerts):
        yield plural("{count} alert, over", "{count} alerts, over", over)


def _now(found: Facts) -> Iterator[Message]:
    """What is wrong still."""
    if firing := sum(one.until is None for one in found.here.alerts):
        yield plural("{count} alert fires", "{count} alerts fire", firing)
    needy = [one for one in found.containers if one.needs_you]
    sick = sum(one.health == "unhealthy" for one in needy)
    if sick:
        yield plural("{count} is unhealthy", "{count} are unhealthy", sick)
    if down := len(needy) - sick:
        yield plural("{count} is down", "{count} are down", down)
