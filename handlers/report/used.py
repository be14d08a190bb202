"""What a host used, and who used most of it, on average; against the time before."""

from __future__ import annotations

from bot.charts.sheet import figure
from bot.command.call import Call
from bot.message import Message, Untrusted, Value, msg
from bot.reply import Line, Table
from handlers.offer import may
from handlers.report.facts import Facts
from handlers.report.measured import METRICS, Metric, Span, line, mean, subjects
from handlers.report.state import was
from storage.history import HOST

_TOP = 3


async def load(call: Call, found: Facts) -> list[Message]:
    """The host itself, where its figures are known."""
    shown = [await _both(call, found, HOST, METRICS[key]) for key in ("cpu", "mem")]
    cpu, memory = (None if now is None else was(now, before) for now, before in shown)
    if cpu is None or memory is None:
        return []
    return [msg("On average: CPU {cpu}, memory {memory}.", cpu=cpu, memory=memory)]


async def most(call: Call, found: Facts) -> list[Table]:
    """The containers that used most CPU and memory."""
    if not may(call, "container stats"):
        return []
    span = _here(found)
    names = await subjects(call.services.database, call.host.name, span)
    tables = list[Table]()
    for key in ("cpu", "mem"):
        metric = METRICS[key]
        lines = [await _line(call, name, metric, span) for name in names]
        lines = sorted((one for one in lines if one.marks), key=mean, reverse=True)[:_TOP]
        rows = [await _row(call, found, one.name, metric) for one in lines]
        if rows:
            head = (msg("most {metric}", metric=metric.name), msg("mean"), msg("before"))
            tables.append(Table(tuple(rows), head, right=frozenset({1, 2})))
    return tables


async def _row(call: Call, found: Facts, name: Untrusted, metric: Metric) -> tuple[Value, ...]:
    now, before = await _both(call, found, name.raw, metric)
    unknown = Untrusted("–")
    return name, now or unknown, before or unknown


async def _both(
    call: Call, found: Facts, name: str, metric: Metric
) -> tuple[Value | None, Value | None]:
    """The means of the two times, where there are some."""
    here, before = _here(found), found.before
    earlier = Span(before.since, before.until, now=here.until)
    lines = [await _line(call, name, metric, span) for span in (here, earlier)]
    now, then = (figure(mean(one), metric.unit) if one.marks else None for one in lines)
    return now, then


async def _line(call: Call, name: str, metric: Metric, span: Span) -> Line:
    return await line(call.services.database, call.host.name, name, metric, span)


def _here(found: Facts) -> Span:
    return Span(found.here.since, found.here.until)
