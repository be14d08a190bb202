"""The words of a chart: they say what it shows, and stay where it can't be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.charts.sheet import figure
from bot.command.call import Call, at
from bot.message import Message, Moment, Names, Untrusted, Value, msg, plural
from bot.message import Span as Length
from bot.reply import Block, Line, Mark, Table, Text
from handlers.report.measured import Metric, Span, mean, seen

_WHOLE = 0.95  # of the time seen, from which on the rest is not worth a line


def nothing(call: Call, names: Sequence[str], span: Span) -> Iterator[Text]:
    """That there is nothing to draw; and why, where that is known."""
    what: Value = Names(tuple(at(Untrusted(name), call.host.name) for name in names))
    length = Length(span.until - span.since)
    yield Text(
        msg(
            "{what}: nothing was measured in the last {time}",
            what=what if names else Untrusted(call.host.name),
            time=length,
        )
    )
    if call.services.watch is None:
        yield Text(msg("Nothing is watched: that is switched off in the config."))


def said(call: Call, metric: Metric, found: Sequence[Line], *, top: bool) -> Iterator[Block]:
    """What the picture shows, in words: the verdict, then figures."""
    host = call.host.name
    if len(found) == 1:
        yield Text(_alone(at(found[0].name, host), metric, found[0]))
        yield from _range(metric, found[0])
        return
    verdict = (
        plural(
            "{host}: the {count} that used most, {metric}",
            "{host}: the {count} that used most, {metric}",
            len(found),
            host=Untrusted(host),
            metric=metric.name,
        )
        if top
        else msg("{metric!c} of {names}", metric=metric.name, names=_names(found, host))
    )
    yield Text(verdict)
    rows = tuple(
        (one.name, figure(mean(one), metric.unit), figure(_most(one).most, metric.unit))
        for one in found
        if one.marks
    )
    head = (msg("name"), msg("mean"), msg("most"))
    yield Table(rows, head, right=frozenset({1, 2}))
    for one in found:
        if not one.marks:
            yield Text(msg("{name}: nothing was measured", name=at(one.name, host)))


def _names(found: Sequence[Line], host: str) -> Names:
    return Names(tuple(at(one.name, host) for one in found))


def _alone(name: Untrusted, metric: Metric, one: Line) -> Message:
    average = figure(mean(one), metric.unit)
    return msg("{name}: {metric} {mean} on average", name=name, metric=metric.name, mean=average)


def _range(metric: Metric, one: Line) -> Iterator[Text]:
    most, unit = _most(one), metric.unit
    yield Text(
        msg(
            "At least {least}, at most {most} (around {time}).",
            least=figure(min(mark.least for mark in one.marks), unit),
            most=figure(most.most, unit),
            time=Moment(most.at),
        )
    )


def _most(one: Line) -> Mark:
    return max(one.marks, key=lambda mark: mark.most)


def coverage(found: Sequence[Line], span: Span) -> Iterator[Text]:
    """Since when it is; and what of that was not seen."""
    length, there = span.until - span.since, seen(found, span)
    since = Moment(span.since)
    if there >= _WHOLE * length:
        yield Text(msg("Since {time}.", time=since))
        return
    yield Text(
        msg(
            "Since {time}; measured for {there} of {length}.",
            time=since,
            there=Length(there),
            length=Length(length),
        )
    )
