"""The words of alerts: how bad, what is wrong, how long it took."""

from __future__ import annotations

from collections.abc import Mapping

from bot.message import Code, Message, Moment, Percent, Size, Span, Untrusted, Value, msg, plural
from bot.watch.alert import Alert
from bot.watch.card import Member
from bot.watch.condition import METRICS, Logged, Native, Restarts, Threshold, Unit
from bot.watch.probe import Fault, Probe
from bot.watch.rule import Rule, Severity

_NATIVE = {
    Native.EXITED: msg("Exited"),
    Native.OOM: msg("Out of memory"),
    Native.UNHEALTHY: msg("Unhealthy"),
    Native.GONE: msg("Gone"),
    Native.UNREACHABLE: msg("Docker is silent. Its containers are unknown, not down."),
}
_CODED = {
    Native.EXITED: msg("Exited with code {code}"),
    Native.OOM: msg("Out of memory, killed ({code})"),
}
_FAULTS: Mapping[str, Message] = {
    Fault.STATUS: msg("Answers with HTTP {code}"),
    Fault.TEXT: msg("Answers without the text that is expected"),
    Fault.TIMEOUT: msg("No answer in {time}"),
    Fault.REFUSED: msg("The connection is refused"),
    Fault.NAME: msg("Its name is not known"),
    Fault.TLS: msg("Its certificate can't be trusted"),
    Fault.BROKEN: msg("The connection breaks"),
}


def what(alert: Alert, rule: Rule | None) -> Message:
    """What is wrong, or was."""
    if rule is None:
        return msg("Rule {name}, which is gone", name=Untrusted(alert.rule))
    match rule.when:
        case Threshold(when):
            value = figure(when.metric, alert.value)
            return msg("{metric} is {value}", metric=Code(when.metric), value=value)
        case Restarts() | Logged():
            return _counted(rule.when, int(alert.value or 0))
        case Probe(timeout=seconds):
            said = _FAULTS.get(alert.evidence.fault, msg("Does not answer as it should"))
            return said.having(code=alert.evidence.code or 0, time=Span(seconds))
        case native:
            code = alert.evidence.code
            if code is None or native not in _CODED:
                return _NATIVE[native]
            return _CODED[native].having(code=code)


def _counted(when: Restarts | Logged, count: int) -> Message:
    time = Span(when.seconds)
    if isinstance(when, Restarts):
        return plural(
            "Ended {count} time in {time}", "Ended {count} times in {time}", count, time=time
        )
    return plural(
        "{count} line of its log matches, in {time}",
        "{count} lines of its log match, in {time}",
        count,
        time=time,
    )


def verdict(severity: Severity) -> Message:
    """How bad it is; its `{subject}` is still to be given."""
    match severity:
        case Severity.CRITICAL:
            return msg("CRITICAL {subject}")
        case Severity.WARNING:
            return msg("Warning: {subject}")
        case Severity.INFO:
            return msg("Note: {subject}")


def down(member: Member, ended: float) -> Message:
    """How long one that is over took."""
    spent = Span(max(ended - member.since, 0.0))
    return msg(
        "It took {time}, from {since} to {until}.",
        time=spent,
        since=Moment(member.since),
        until=Moment(ended),
    )


def figure(metric: str, value: float | None) -> Value:
    """A figure with its unit."""
    if value is None:
        return msg("unknown")
    match METRICS[metric]:
        case Unit.PERCENT:
            return Percent(value)
        case Unit.BYTES:
            return Size(int(value))
        case Unit.RATE:
            return msg("{size} a second", size=Size(int(value)))
        case Unit.SPAN:
            return Span(value)
        case Unit.COUNT:
            return int(value)
