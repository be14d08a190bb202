"""`/chart`: what containers used over a time, as a picture that its caption says in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.command.kinds import choice, seconds, whole
from bot.command.spec import argument, command, lately, option
from bot.errors import UsageError
from bot.hosts.types import Target
from bot.message import Code, Message, Untrusted, msg
from bot.message import Span as Length
from bot.reply import Button, Chart, Line, Reply
from bot.reply.chart import MOST
from handlers.formatted import refresh
from handlers.report.caption import coverage, nothing, said
from handlers.report.measured import (
    DAY,
    FARTHEST,
    METRICS,
    Metric,
    Span,
    line,
    mean,
    subjects,
)

_LEAST = 300.0
_A_ROW = 2  # names of metrics that a phone shows whole
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
        return Reply(tuple(nothing(call, names, span)), buttons=_buttons(call, metric, names))
    title = msg("{metric!c}, {host}", metric=measure.name, host=Untrusted(call.host.name))
    drawn = Chart(title, measure.unit, span.since, span.until, span.gap, tuple(found))
    blocks = (*said(call, measure, found, top=not names), *coverage(found, span))
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
    others.pop(list(METRICS).index(metric))
    rows = (tuple(others[n : n + _A_ROW]) for n in range(0, len(others), _A_ROW))
    shown = [k for k, t in zip(times, _TIMES, strict=True) if seconds(t) != (length or DAY)]
    return (*rows, (*shown, refresh(call)))
