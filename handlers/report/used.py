"""What a host used, and who used most of it, on average; against the time before."""

from __future__ import annotations

from collections.abc import Mapping

from bot.charts.sheet import figure
from bot.command.call import Call
from bot.message import Message, Untrusted, Value, msg
from bot.reply import Table
from handlers.offer import may
from handlers.report.facts import Facts
from handlers.report.measured import METRICS, Metric, Span, subjects
from handlers.report.state import was
from storage.averages import averages
from storage.history import HOST

_TOP = 3
_CPU, _MEMORY = METRICS["cpu"], METRICS["mem"]
_COLUMNS = (*_CPU.columns, *_MEMORY.columns)
_UNKNOWN = Untrusted("–")

_Means = Mapping[str, float]


async def load(call: Call, found: Facts) -> list[Message]:
    """The host itself, where its figures are known."""
    now, before = await _means(call, HOST, _here(found)), await _means(call, HOST, _before(found))
    cpu, memory = (_was(one, now, before) for one in (_CPU, _MEMORY))
    if cpu is None or memory is None:
        return []
    return [msg("On average: CPU {cpu}, memory {memory}.", cpu=cpu, memory=memory)]


async def most(call: Call, found: Facts) -> list[Table]:
    """The containers that used most CPU and memory."""
    if not may(call, "container stats"):
        return []
    span = _here(found)
    names = await subjects(call.services.database, call.host.name, span)
    means = {name: await _means(call, name, span) for name in names}
    tables = (await _table(call, found, metric, means) for metric in (_CPU, _MEMORY))
    return [table async for table in tables if table.rows]


async def _table(call: Call, found: Facts, metric: Metric, means: Mapping[str, _Means]) -> Table:
    """Those that used most of it."""
    (column,) = metric.columns
    known = [name for name, mean in means.items() if column in mean]
    first = sorted(known, key=lambda name: means[name][column], reverse=True)[:_TOP]
    rows = [
        (
            Untrusted(name),
            _figure(metric, means[name]) or _UNKNOWN,
            _figure(metric, await _means(call, name, _before(found))) or _UNKNOWN,
        )
        for name in first
    ]
    head = (msg("most {metric}", metric=metric.name), msg("mean"), msg("before"))
    return Table(tuple(rows), head, right=frozenset({1, 2}))


def _was(metric: Metric, now: _Means, before: _Means) -> Value | None:
    here = _figure(metric, now)
    return None if here is None else was(here, _figure(metric, before))


def _figure(metric: Metric, means: _Means) -> Value | None:
    (column,) = metric.columns
    return figure(means[column], metric.unit) if column in means else None


async def _means(call: Call, name: str, span: Span) -> _Means:
    key = call.host.name, name
    return await call.services.database.read(
        lambda c: averages(c, key, _COLUMNS, span.since, span.until, span.resolution)
    )


def _here(found: Facts) -> Span:
    return Span(found.here.since, found.here.until)


def _before(found: Facts) -> Span:
    return Span(found.before.since, found.before.until, now=found.here.until)
