"""Events as they are shown: what it was, what happened to it, and when.

Health checks and whatever else runs inside a container make three events each time, which would
leave no room for others: unless they are asked for, they are left out, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from bot.command.call import Call
from bot.hosts.types import Event, Gap
from bot.message import Untrusted, msg
from bot.reply import Table, Text

_CONTAINER = "container"
_EXEC = "exec_"
_ALGORITHM, _SHORT = "sha256:", 12
# What of an event's attributes belongs to its word.
_DETAILS = {"die": "exitCode", "kill": "signal"}
_HEALTH = "health_status"

Wanted = tuple[tuple[str, str], ...]


def is_noise(event: Event, wanted: Wanted) -> bool:
    """Whether it is of something that ran inside a container, and not asked for."""
    asked = any(key == "event" for key, _ in wanted)
    return not asked and event.type == _CONTAINER and event.action.raw.startswith(_EXEC)


def told(call: Call, events: Iterable[Event | Gap]) -> Iterator[Table | Text]:
    """They in their order, with a line where some may be missing."""
    zone = call.zone
    today = datetime.fromtimestamp(call.services.clock(), zone).date()
    for is_gap, several in groupby(events, key=lambda event: isinstance(event, Gap)):
        if is_gap:
            yield Text(msg("Some may be missing here."))
            continue
        rows = []
        for event in several:
            if isinstance(event, Event):
                then = datetime.fromtimestamp(event.at[0], zone)
                clock = f"{then:%H:%M:%S}" if then.date() == today else f"{then:%m-%d %H:%M}"
                rows.append((_thing(event), _action(event), Untrusted(clock)))
        yield Table(tuple(rows))


def _thing(event: Event) -> Untrusted:
    """A container's name; before that of anything else what it is."""
    name = event.name.raw
    if name.startswith(_ALGORITHM):
        name = name.removeprefix(_ALGORITHM)[:_SHORT]
    return Untrusted(name if event.type == _CONTAINER else f"{event.type} {name}")


def _action(event: Event) -> Untrusted:
    """Docker's word, with the exit code or signal; a state of health is a word by itself."""
    word, _, rest = event.action.raw.partition(":")
    if word == _HEALTH and rest:
        return Untrusted(rest.strip())
    more = event.attributes.get(_DETAILS.get(word, ""), "")
    return Untrusted(f"{word} {more}" if more else word)
