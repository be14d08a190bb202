"""A rule in words: when it fires, about what, how bad that is, who hears of it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.message import Code, Message, Span, Untrusted, msg, plural
from bot.watch import subject
from bot.watch.condition import Condition, Native, Restarts, written
from bot.watch.rule import Missing, Rule, Severity

SEVERITIES = {
    Severity.INFO: msg("info"),
    Severity.WARNING: msg("warning"),
    Severity.CRITICAL: msg("critical"),
}
_NATIVE = {
    Native.EXITED: msg("Fires when one ends with an error, unasked."),
    Native.OOM: msg("Fires when memory was out."),
    Native.UNHEALTHY: msg("Fires when a health check fails."),
    Native.GONE: msg("Fires when one is gone."),
    Native.UNREACHABLE: msg("Fires when Docker is silent."),
}
_MISSING = {
    Missing.FIRING: msg("No news count as firing."),
    Missing.OK: msg("No news count as well."),
}


def sentences(rule: Rule) -> Iterator[Message]:
    """All that it says but its name and how bad it is."""
    yield _when(rule.when)
    if rule.wait:
        yield msg("It must hold for {time}.", time=Span(rule.wait))
    clear = written(rule.when)[1]
    if clear is not None:
        yield msg("It is over when {clear}.", clear=Code(clear))
    if rule.keep:
        yield msg("A gap of {time} does not end it.", time=Span(rule.keep))
    if rule.when is not Native.UNREACHABLE or rule.on.host != "*":
        yield _about(rule)
    if rule.missing in _MISSING:
        yield _MISSING[rule.missing]
    if rule.repeat:
        yield msg("Told again every {time} while it fires.", time=Span(rule.repeat))


def _when(when: Condition) -> Message:
    match when:
        case Native():
            return _NATIVE[when]
        case Restarts(most, seconds):
            return plural(
                "Fires when one ends more than {count} time in {time}.",
                "Fires when one ends more than {count} times in {time}.",
                most,
                time=Span(seconds),
            )
        case _:
            return msg("Fires when {when}.", when=Code(written(when)[0]))


def _about(rule: Rule) -> Message:
    on = subject.written(rule.on)
    return msg("About {what}.", what=Untrusted(on)) if on else msg("About all containers.")
