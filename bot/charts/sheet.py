"""What is drawn, as plain JSON: every text is worded, masked and made safe here.

The program that draws knows no languages, time zones or units, and is told no more than it shows.
"""

from __future__ import annotations

import json
from datetime import datetime
from math import fsum
from typing import Any
from zoneinfo import ZoneInfo

from bot.charts.axis import heights, moments
from bot.message import Message, Percent, Size, Value, msg
from bot.reply import figures
from bot.reply.chart import MOST, Chart, Line, Mark, Unit
from bot.reply.columns import width
from bot.reply.redact import Redactor
from bot.reply.untrusted import CUT, without_half_escape
from bot.reply.words import Words

_NAME, _TITLE = 21, 32  # columns of the type that they are drawn in
_HOURS = 2 * 86_400  # seconds up to which the axis shows times of day


def sheet(chart: Chart, words: Words, redactor: Redactor) -> bytes:
    """A chart as the program that draws it takes it."""

    def text(value: Value, columns: int) -> str:
        return _cut(redactor.text(words.plain(value)), columns)

    lines = chart.lines[:MOST]
    # Of several only the means are drawn: what else there is would be one grey field.
    seen = [(mark.most if len(lines) == 1 else mark.mean) for one in lines for mark in one.marks]
    most = max(seen, default=0.0)
    ticks = heights(most, whole=chart.unit is Unit.COUNT)
    said: dict[str, Any] = {
        "title": text(chart.title, _TITLE),
        "since": chart.since,
        "until": chart.until,
        "top": ticks[-1],
        "heights": [(tick, words.plain(figure(tick, chart.unit) if tick else 0)) for tick in ticks],
        "times": _times(chart, words),
        "empty": words.plain(msg("Nothing was measured")),
        "lines": [
            {
                "name": text(line.name, _NAME),
                "said": words.plain(_said(line, chart.unit)),
                "pieces": pieces(line, chart.gap),
            }
            for line in lines
        ],
    }
    return json.dumps(said).encode()


def figure(amount: float, unit: Unit) -> Value:
    """An amount with its unit."""
    match unit:
        case Unit.PERCENT:
            return Percent(amount)
        case Unit.BYTES:
            return Size(round(amount))
        case Unit.RATE:
            return msg("{size}/s", size=Size(round(amount)))
        case Unit.COUNT:
            return round(amount)


def pieces(line: Line, gap: float) -> list[list[tuple[float, float, float, float]]]:
    """The line where it is whole: what was not measured is not drawn."""
    found: list[list[Mark]] = []
    for mark in line.marks:
        if not found or mark.at - found[-1][-1].at > gap:
            found.append([])
        found[-1].append(mark)
    return [[(m.at, m.least, m.mean, m.most) for m in piece] for piece in found]


def _said(line: Line, unit: Unit) -> Message:
    """What it was on average."""
    if not line.marks:
        return msg("nothing measured")
    average = fsum(mark.mean for mark in line.marks) / len(line.marks)
    return msg("mean {figure}", figure=figure(average, unit))


def _times(chart: Chart, words: Words) -> list[tuple[float, str]]:
    zone = ZoneInfo(words.timezone)
    short = chart.until - chart.since <= _HOURS
    found = moments(chart.since, chart.until, zone)
    return [(then.timestamp(), _time(then, words.locale, short=short)) for then in found]


def _time(then: datetime, locale: str, *, short: bool) -> str:
    """A time of day, at midnight the day that begins."""
    if short and (then.hour or then.minute):
        return f"{then:%H:%M}"
    return figures.day(then, locale)


def _cut(text: str, columns: int) -> str:
    """Cut in the middle: what tells names apart is as often at their end."""
    if width(text) <= columns:
        return text
    start, end = text, text[-columns // 3 :]
    while width(start) > columns - 1 - width(end):
        start = start[:-1]
    return without_half_escape(start) + CUT + end
