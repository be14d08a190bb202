"""Events as they are shown: what it was, what happened to it, and when.

Health checks and whatever else runs inside a container make three events each time, which would
leave no room for others: unless they are asked for, they are left out, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from bot.command.call import Call
from bot.hosts.types import Event, Gap
from bot.message import Untrusted, msg
from bot.reply import Filled, Table, Text, docker
from bot.reply.template import Template

_CONTAINER = "container"
_OLDER = frozenset({_CONTAINER, "image"})
_EXEC = "exec_"
_ALGORITHM, _SHORT = "sha256:", 12
# What of an event's attributes belongs to its word.
_DETAILS = {"die": "exitCode", "kill": "signal"}
_HEALTH = "health_status"
_MISSING = msg("Some may be missing here.")
_NANOS = 1_000_000_000

Wanted = tuple[tuple[str, str], ...]


def is_noise(event: Event, wanted: Wanted) -> bool:
    """Whether it is of something that ran inside a container, and not asked for."""
    asked = any(key == "event" for key, _ in wanted)
    return not asked and event.type == _CONTAINER and event.action.raw.startswith(_EXEC)


# What an event has for `--format` (moby `api/types/events`); API 1.52 drops the last three.
FIELDS = ("Type", "Action", "Actor", "Scope", "Time", "TimeNano", "Status", "ID", "From")


def told(call: Call, events: Iterable[Event | Gap]) -> Iterator[Table | Text]:
    """They in their order, with a line where some may be missing."""
    zone = call.zone
    today = datetime.fromtimestamp(call.services.clock(), zone).date()
    for here in _stretches(events):
        rows = tuple((_thing(e), _action(e), _clock(e, zone, today)) for e in here)
        yield Table(rows) if rows else Text(_MISSING)


def in_lines(call: Call, events: Iterable[Event]) -> Table:
    """All of each in a line, nothing cut: for a file."""
    zone = call.zone
    rows = (
        (docker.rfc3339(e.at[0], zone), e.type, e.action.raw, e.id.raw, _attributes(e))
        for e in events
    )
    return Table(tuple(tuple(map(Untrusted, row)) for row in rows), width=None)


def as_asked(events: Iterable[Event | Gap], template: Template) -> Iterator[Filled | Text]:
    """The same, as a template has them."""
    for here in _stretches(events):
        rows = tuple(map(_fields, here))
        yield Filled(template, rows, flat=False) if rows else Text(_MISSING)


def _stretches(events: Iterable[Event | Gap]) -> Iterator[list[Event]]:
    """What came without a break; a break has none."""
    for _, several in groupby(events, key=lambda event: isinstance(event, Gap)):
        yield [event for event in several if isinstance(event, Event)]


def _fields(event: Event) -> Mapping[str, Any]:
    """All of an event, as the Engine's own JSON has it."""
    seconds, nanos = event.at
    actor = {"ID": event.id.raw, "Attributes": dict(event.attributes)}
    older = {"status": event.action.raw, "id": event.id.raw} if event.type in _OLDER else {}
    image = {"from": event.attributes.get("image", "")} if event.type == _CONTAINER else {}
    return {
        **older,
        **image,
        "Type": event.type,
        "Action": event.action.raw,
        "Actor": actor,
        "scope": event.scope.raw,
        "time": seconds,
        "timeNano": seconds * _NANOS + nanos,
    }


def _attributes(event: Event) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(event.attributes.items()))


def _clock(event: Event, zone: ZoneInfo, today: date) -> Untrusted:
    """The time of day in the reader's zone, with the day if it is another."""
    then = datetime.fromtimestamp(event.at[0], zone)
    return Untrusted(f"{then:%H:%M:%S}" if then.date() == today else f"{then:%m-%d %H:%M}")


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
