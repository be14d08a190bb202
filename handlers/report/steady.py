"""Whether anything that matters has changed since the time before.

What is told every day the same is soon read by nobody.

A change is what began or ended in the time: a restart, a kill for memory, a failed health check, an
alert, a container that went down, came up or was made; what somebody did; a disk that is nearly
full, and was not. Time that nobody watched may have changed anything. What goes on as it was is
none: an alert that fires still, a container that is down, a disk that is full, a newer image.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.message import Message
from handlers.report.facts import Facts
from handlers.report.room import pressing


def steady(found: Facts, done: Sequence[Message]) -> bool:
    """Whether nothing has; `done` is what people and schedules did."""
    here = found.here
    made = any(found.made(one) >= here.since for one in found.containers)
    filled = any(pressing(found.disk, here.until)) and not any(pressing(found.room, here.since))
    changed = here.changed or made or filled or bool(done)
    return here.whole and not found.silent and not changed
