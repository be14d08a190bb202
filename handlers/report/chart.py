"""`/chart`: what containers used over a time, as a picture that its caption says in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.charts.sheet import figure
from bot.command.call import Call, at
from bot.command.kinds import choice, seconds, whole
from bot.command.spec import argument, command, lately, option
from bot.errors import UsageError
from bot.hosts.types import Target
from bot.message import Code, Message, Moment, Names, Untrusted, Value, msg, plural
from bot.message import Span as Length
from bot.reply import Block, Button, Chart, Line, Mark, Reply, Table, Text
from bot.reply.chart import MOST
from handlers.formatted import refresh
from handlers.report.measured import (
    DAY,
    FARTHEST,
    METRICS,
    Metric,
    Span,
    line,
    mean,
    seen,
    subjects,
)

_LEAST = 300.0
_WHOLE = 0.95  # of the time seen, from which on the rest is not worth a line
_TIMES = {"1h": msg("1 hour"), "24h": msg("24 hours"), "7d": msg("7 days"), "30d": msg("30 days")}


@command(
    "container chart",
    shortcut="chart",
    permission="container.stats",
    act=msg("draw what the containers of {host} used"),
    cost=5,
)
@argument("metric", required=False, type=choice(*METRICS), default="cpu")
@lately()
@option("--top", type=whole(1, MOST), help="Those that used most, so many of them")
async def chart(
    call: Call,
    metric: str,
    containers: tuple[tuple[Target, ...], float | None],
    top: int | None,
) -> Reply:
    """Draw what containers used: cpu, mem, net, io or pids.

    Of those that are named, or of the ones that used most; in the last 24 hours, or as long as is
    said at the end: `/chart mem web db 7d`.
    """
    named, length = containers
    span = _span(call, length)
    names = [target.name.raw for target in named]
    if len(names) > MOST or (names and top):
        raise UsageError(
            msg("Name {count} at most, or ask for {top}.", count=MOST, top=Code("--top"))
        )
    measure = METRICS[metric]
    await call.services.catch_up(call.host.name)
    found = await _lines(call, names, measure, span, top or MOST)
    if not any(one.marks for one in found):
        return Reply(tuple(_nothing(call, names, span)), buttons=_buttons(call, metric, names))
    title = msg("{metric!c}, {host}", metric=measure.name, host=Untrusted(call.host.name))
    drawn = Chart(title, measure.unit, span.since, span.until, span.gap, tuple(found))
    said = _said(call, measure, found, top=not names)
    blocks = (*said, *_coverage(found, span))
    return Reply(blocks, buttons=_buttons(call, metric, names), chart=drawn)


def _span(call: Call, length: float | None) -> Span:
    now, seconds = call.services.clock(), DAY if length is None else length
    if not _LEAST <= seconds <= FARTHEST:
        raise UsageError(
            msg(
                "Between {least} and {most}, please.",
                least=Length(_LEAST),
                most=Length(FARTHEST),
            )
        )
    return Span(now - seconds, now)


async def _lines(
    call: Call, names: Sequence[str], metric: Metric, span: Span, top: int
) -> list[Line]:
    """Those that are named, in this order; else those that used most."""
    database, host = call.services.database, call.host.name
    wanted = names or await subjects(database, host, span)
    found = [await line(database, host, name, metric, span) for name in wanted]
    if names:
        return found
    return sorted((one for one in found if one.marks), key=mean, reverse=True)[:top]


def _nothing(call: Call, names: Sequence[str], span: Span) -> Iterator[Text]:
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


def _said(call: Call, metric: Metric, found: Sequence[Line], *, top: bool) -> Iterator[Block]:
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


def _coverage(found: Sequence[Line], span: Span) -> Iterator[Text]:
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


def _buttons(call: Call, metric: str, names: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    """The other metrics, other times, and the same again."""
    host, top = call.host.name, call.params["top"]
    _, length = call.params["containers"]
    option = ("--top", str(top)) if top else ()

    def key(label: Message, of: str, *time: str) -> Button:
        return Button(
            label, (*call.command.path, *option, of, *names, *time), inplace=True, host=host
        )

    now = (f"{length:g}s",) if length else ()
    others = [key(msg("{metric!c}", metric=m.name), k, *now) for k, m in METRICS.items()]
    times = [key(label, metric, text) for text, label in _TIMES.items()]
    here = list(METRICS).index(metric)
    others.pop(here)
    shown = [k for k, t in zip(times, _TIMES, strict=True) if seconds(t) != (length or DAY)]
    return tuple(others), (*shown, refresh(call))
