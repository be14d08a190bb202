"""What happens on an Engine: what it remembers, and what comes, across broken connections.

How they are taken up after a break is in `bot.hosts.place`: where others may be missing, that is
told.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from bot.errors import DockerFault
from bot.hosts.answer import Unexpected, integer, labels, mapping, moment, string, untrusted
from bot.hosts.follow import engine_time, may_pass
from bot.hosts.link import Link
from bot.hosts.place import Place
from bot.hosts.rows import Rows
from bot.hosts.stream import Streams
from bot.hosts.types import Event, Gap
from bot.message import Untrusted

_TRIES = 10
LONGEST_PAUSE = 30.0  # seconds
_LINE = 256 * 1024  # of one event: a container's labels are in each of its events
_PAST = 4 * 1024 * 1024
_TYPE = re.compile(r"[a-z]{1,16}")
_NANOS = 1_000_000_000
_YEAR_9000 = 221_845_392_000

Filters = Mapping[str, list[str]]


class Events:
    """The events of one Engine. `pause` takes seconds. Times are seconds since the epoch.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(
        self, link: Link, streams: Streams, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._link = link
        self._streams = streams
        self._pause = pause

    async def past(
        self, since: float | None, until: float, filters: Filters
    ) -> tuple[tuple[Event, ...], bool]:
        """What it remembers, oldest first; and whether that is all of it, or too much to be read.

        What is later than `until` by the Engine's own clock is left out; it is not waited for.
        """
        found: list[Event] = []
        rows, read = Rows(_LINE), 0
        now = await self.now()
        end = until if now is None else min(until, now)
        if since is not None and since > end:
            return (), True
        params = _params(_moment(since or 0.0), filters) | {"until": _moment(end)}
        async with self._streams.open("/events", params, stall=self._link.timeout) as response:
            async for piece in response.content.iter_any():
                found += map(event, rows.feed(piece))
                read += len(piece)
                if read > _PAST:
                    return tuple(found), False
        return tuple(found), not rows.dropped

    async def now(self) -> float | None:
        """The Engine's own time; None if it does not tell."""
        return await self._link.run(lambda client: moment(mapping(client.info()), "SystemTime"))

    async def ping(self) -> None:
        """Return if the Engine answers. Slow reads, which hold threads, don't keep it waiting."""
        async with self._streams.open("/version", {}, stall=self._link.timeout) as response:
            await response.content.read(_LINE)

    async def follow(
        self, since: float | None, filters: Filters
    ) -> AsyncGenerator[Event | Gap, None]:
        """What it remembers since then, and each event as it comes; without end.

        A broken connection is taken up again. Closing the iterator, or cancelling the task that
        reads it, ends the request at once.

        Raises:
            DockerFault: if it cannot be heard, or not any more after several tries.
        """
        place, idle = Place(None if since is None else _moment(since)), 0
        while True:
            try:
                async with aclosing(self.stretch(place, filters)) as events:
                    async for found in events:
                        idle = 0
                        yield found
            except DockerFault as error:
                if not place.opened.is_set() or idle >= _TRIES or not may_pass(error):
                    raise
            await self._pause(min(2.0**idle, LONGEST_PAUSE))
            idle += 1
            place.go_back()

    async def stretch(self, place: Place, filters: Filters) -> AsyncGenerator[Event | Gap, None]:
        """The events of one request that are new at this place, until the connection ends."""
        rows = Rows(_LINE)
        params = _params(place.since, filters)
        async with self._streams.open("/events", params, stall=None) as response:
            place.reach(engine_time(response.headers.get("Date", "")))
            async for piece in response.content.iter_any():
                for found in map(event, rows.feed(piece)):
                    last = place.last
                    if not place.is_new(found):
                        continue
                    if rows.dropped or not place.sure:
                        rows.dropped, place.sure = False, True
                        yield Gap(last, found.at)
                    yield found


def event(line: bytes) -> Event:
    """A line of the answer to `GET /events`.

    Raises:
        Unexpected: if it is none.
    """
    raw = mapping(json.loads(line))
    actor = mapping(raw.get("Actor"))
    attributes = labels(actor, "Attributes")
    kind, thing = string(raw, "Type"), string(actor, "ID")
    seconds, nanos = divmod(integer(raw, "timeNano") or integer(raw, "time") * _NANOS, _NANOS)
    if not 0 <= seconds < _YEAR_9000:
        raise Unexpected("timeNano")
    return Event(
        at=(seconds, nanos),
        type=kind if _TYPE.fullmatch(kind) else "unknown",
        action=untrusted(raw, "Action"),
        scope=untrusted(raw, "scope"),
        id=Untrusted(thing),
        name=Untrusted(attributes.get("name") or thing),
        attributes=attributes,
    )


def _params(since: str | None, filters: Filters) -> dict[str, str]:
    wanted = {"filters": json.dumps(filters)} if filters else {}
    return wanted if since is None else wanted | {"since": since}


def _moment(epoch: float) -> str:
    return f"{max(epoch, 0.0):.9f}"
