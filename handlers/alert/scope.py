"""What a silence or a time of maintenance holds back, in words."""

from __future__ import annotations

from dataclasses import replace

from bot.message import Code, Message, Names, Untrusted, msg
from bot.watch import subject
from bot.watch.calendar import Maintenance, Silence, Window

_DAYS = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


def of_silence(one: Silence | Maintenance) -> Message:
    """Exactly what it is about: which containers on which hosts, and which rules."""
    host = Untrusted(one.on.host)
    name = subject.written(replace(one.on, host="*"))
    match name, one.on.host:
        case "", "*":
            what = msg("everything")
        case "", _:
            what = msg("all of {host}", host=host)
        case _, "*":
            what = msg("{name} on every host", name=Untrusted(name))
        case _:
            what = msg("{name} on {host}", name=Untrusted(name), host=host)
    if one.rule == "*":
        return what
    return msg("{what}, rule {rule}", what=what, rule=Untrusted(one.rule))


def of_window(window: Window) -> Message:
    """When it is: `22:00-02:00 Europe/Berlin`, and on which days it begins."""
    hours = f"{_clock(window.start)}-{_clock(window.end)} {window.zone}"
    if len(window.days) == len(_DAYS):
        return msg("{hours}", hours=Code(hours))
    days = Names(tuple(_DAYS[day] for day in sorted(window.days)))
    return msg("{hours}, {days}", hours=Code(hours), days=days)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
