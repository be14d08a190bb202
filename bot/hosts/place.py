"""How far the events of an Engine were heard, and whether any are missing after a break.

An Engine remembers its last 256 events in the order in which it told them, and none over its own
restart. Asked for those since a moment, it goes back from the newest to the first that is older
(moby `daemon/events`). So after a break it is asked from a little before the last one that was
heard, since two may stand in the wrong order of their times: where one that was heard comes again,
nothing that came after it is missing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Self

from bot.hosts.types import Event

REMEMBERED = 256
_MARGIN = 1  # seconds
_DIGEST = 8

Moment = tuple[int, int]
# An event that was heard: its moment, and what tells it from others of that moment.
Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where to go on after our own restart: at which Engine, since when, after which events."""

    engine: str
    since: str | None
    heard: tuple[Mark, ...]


def _heard(marks: Iterable[Mark] = ()) -> deque[Mark]:
    return deque(marks, REMEMBERED)


@dataclass(slots=True)
class Place:
    """The last events that were heard, in order. `since` is where the next request begins.

    `sure` is false after a break, until it is known that nothing is missing. `opened` is set once
    the Engine has answered a request for events, which was no later than `reached`.
    """

    since: str | None = None
    heard: deque[Mark] = field(default_factory=_heard)
    sure: bool = True
    reached: Moment | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _again: Counter[Mark] = field(default_factory=Counter)

    @classmethod
    def after(cls, cursor: Cursor) -> Self:
        """The place where an earlier run of ours ended."""
        return cls(cursor.since, _heard(cursor.heard))

    @property
    def last(self) -> Moment | None:
        """When the last one was."""
        return self.heard[-1][:2] if self.heard else None

    def is_new(self, event: Event) -> bool:
        """Whether it was not heard yet; moves on."""
        mark = mark_of(event)
        if self._again[mark]:
            self._again[mark] -= 1
            self.sure = True
            return False
        self.heard.append(mark)
        return True

    def reach(self, date: str | None) -> None:
        """The Engine has answered: `date` is its own time, in full seconds."""
        self.since = self.since or date
        self.reached = None if date is None else (int(date) + 1, 0)
        self.opened.set()

    def go_back(self) -> None:
        """Let the next request begin at the last events, or where it all began."""
        self.sure, self._again = False, Counter(self.heard)
        if self.heard:
            self.since = written(min(_newest(self.heard))[:2])

    def skip(self) -> None:
        """Let the next request begin at its own time: what was to come can't be read."""
        self.heard.clear()
        self.since, self.sure = None, False

    def cursor(self, engine: str, behind: int) -> Cursor:
        """To go on from here later, or from `behind` events before."""
        done = list(islice(self.heard, max(len(self.heard) - behind, 0)))
        return Cursor(engine, self.since, tuple(_newest(done)))


def mark_of(event: Event) -> Mark:
    """What is remembered of an event that was heard."""
    what = f"{event.type}\0{event.action.raw}\0{event.id.raw}"
    return (*event.at, blake2b(what.encode(), digest_size=_DIGEST).hexdigest())


def written(moment: Moment) -> str:
    """A moment as the API takes it."""
    return f"{moment[0]}.{moment[1]:09}"


def _newest(heard: Iterable[Mark]) -> list[Mark]:
    """Those of the last second that was heard, by the Engine's clock."""
    marks = list(heard)
    return [m for m in marks if m[:2] >= (marks[-1][0] - _MARGIN, marks[-1][1])]
