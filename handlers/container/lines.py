"""Lines of a log as they are shown: as they are, with the time of day where that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.command.call import Call
from bot.hosts.types import LogLine
from bot.message import Untrusted

_FRACTION = re.compile(r"\.\d+")


def text_of(call: Call, lines: Iterable[LogLine], *, timestamps: bool) -> Untrusted:
    """Lines as they are; a line from stderr is not marked, as with Docker."""
    if not timestamps:
        return Untrusted("\n".join(line.text.raw for line in lines))
    zone = call.zone
    today = datetime.fromtimestamp(call.services.clock(), zone).date()
    return Untrusted("\n".join(f"{_time(n.at, zone, today)}{n.text.raw}" for n in lines))


def _time(stamp: str | None, zone: ZoneInfo, today: date) -> str:
    """The time of day in the reader's zone, with the day if it is another: room is short."""
    if stamp is None:
        return ""
    try:
        then = datetime.fromisoformat(_FRACTION.sub("", stamp)).astimezone(zone)
    except (ValueError, OverflowError):
        return f"{stamp} "
    return f"{then:%H:%M:%S} " if then.date() == today else f"{then:%m-%d %H:%M:%S} "
