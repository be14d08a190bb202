"""One reading of what containers use.

CPU needs two samples. Without `one-shot` the Engine takes both itself, a second or two apart, for
each request; so the containers are asked at the same time, as many as there are connections.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from bot.errors import DockerFault, NotFound
from bot.hosts.answer import Unexpected, mapping, string
from bot.hosts.figures import reading
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.stream import Streams
from bot.hosts.types import Stats

T = TypeVar("T")

_AT_ONCE = 32
_LARGEST = 1024 * 1024
_NEVER = "0001-01-01"

# What became of one container's reading; None: it does not run.
Reading = Stats | DockerFault | None


class Readings:
    """The use of one Engine's containers."""

    def __init__(self, link: Link, streams: Streams) -> None:
        self._link = link
        self._streams = streams

    async def once(self, ids: Sequence[str]) -> tuple[Reading, ...]:
        """One reading of each container, in the order of `ids`.

        Raises:
            DockerFault: if there is no way to the Engine.
        """
        await self._link.connect()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(name: str) -> Reading:
            async with gate:
                try:
                    return await self._read(name)
                except NotFound:
                    return None
                except DockerFault as error:
                    return error

        return tuple(await asyncio.gather(*(one(name) for name in ids)))

    async def _read(self, name: str) -> Stats | None:
        return await sampled(self._link, self._streams, name, {"stream": "0"}, reading)


async def sampled(
    link: Link,
    streams: Streams,
    name: str,
    params: Mapping[str, str],
    read: Callable[[Mapping[str, object]], T],
) -> T | None:
    """What `read` makes of one answer of a container's counters; None where it does not run.

    Raises:
        DockerFault: if there is no answer, or `read` finds it to be none.
    """
    path = f"/containers/{one_segment(link.name, name)}/stats"
    async with streams.open(path, params, stall=link.timeout) as response:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _LARGEST:
                raise Unexpected("too large")
        raw = mapping(json.loads(body))
        # A container that does not run is answered with zeros that nobody read.
        return None if string(raw, "read").startswith(_NEVER) else read(raw)
