"""How a container ends: waited for as long as it takes, also across restarts of the Engine.

The Engine answers `wait` when the container ends. Where the way to it is lost meanwhile, it is
looked at again as soon as there is one: if it was started anew by then, how it ended is not known.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import chain, repeat

import aiohttp

from bot.errors import DockerFault, NotFound
from bot.hosts.answer import Refused, Unexpected, boolean, integer, mapping, moment
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.stream import Sends, Streams

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds until the Engine is tried again
_LONGEST = 64 * 1024
_SERVER = 500


@dataclass(frozen=True, slots=True)
class Run:
    """A container's run now: when it was started and ended, in seconds since the epoch.

    `started` is 0.0 if it never was, `ended` None while it goes on. `out_of_memory` is of its end.
    """

    started: float
    ended: float | None = None
    code: int = 0
    out_of_memory: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, `started` and `ended` in seconds since the epoch, None where unknown.

    Without a `code` nobody saw it: it is `gone`, or was started again since.
    """

    code: int | None = None
    started: float | None = None
    ended: float | None = None
    out_of_memory: bool = False
    gone: bool = False


class Endings:
    """Waits for the containers of one Engine; `sleep` takes seconds."""

    def __init__(
        self, link: Link, streams: Streams, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._link = link
        # Its own: an open wait holds a connection, and there are only so many.
        self._streams = streams
        self._sleep = sleep

    async def run(self, id: str) -> Run:  # noqa: A002 - Docker's name for it
        """Its run now.

        Raises:
            NotFound: there is no such container.
            DockerFault: the Engine fails.
        """
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _run(client.inspect_container(name)))

    async def of(self, id: str, started: float | None = None) -> Ending:  # noqa: A002 - the same
        """How it ends, at once if it does not run; `started` tells the run that is waited for.

        Raises:
            DockerFault: the Engine refuses. That it can't be reached is waited out.
        """
        name = one_segment(self._link.name, id)
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            try:
                return await self._look(name, started)
            except NotFound:
                return Ending(started=started, gone=True)
            except DockerFault as error:
                if not _passes(error):
                    raise
            await self._sleep(pause)
        raise AssertionError

    @asynccontextmanager
    async def next(self, id: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:  # noqa: A002 - as above
        """Inside the block the next end of a container is waited for, whenever it is started.

        What is yielded gives its exit code, also of one that is removed as soon as it ends.

        Raises:
            DockerFault: the Engine fails, or can't be reached any more.
        """
        name = one_segment(self._link.name, id)
        async with self._wait(name, "next-exit") as response:
            yield lambda: _told(response)

    async def close(self) -> None:
        """End what is open."""
        await self._streams.close()

    async def _look(self, name: str, started: float | None) -> Ending:
        now = await self.run(name)
        if started is not None and now.started != started:
            return Ending(started=started)
        code = await self._code(name)
        try:
            then = await self.run(name)
        except DockerFault:  # `--rm`, or the Engine is about to end as well
            then = None
        if then is None or then.started != now.started or then.ended is None:
            return Ending(code, now.started)
        return Ending(code, then.started, then.ended, then.out_of_memory)

    async def _code(self, name: str) -> int:
        """Its exit code, as soon as it does not run."""
        async with self._wait(name, "not-running") as response:
            return await _told(response)

    def _wait(
        self, name: str, condition: str
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The Engine's answer, which begins at once and ends with what is waited for."""
        way, sends = f"/containers/{name}/wait", Sends(changes=False, slow=True)
        return self._streams.open(way, {"condition": condition}, stall=None, sends=sends)


async def _told(response: aiohttp.ClientResponse) -> int:
    """The exit code that an answer ends with."""
    body = bytearray()
    async for piece in response.content.iter_chunked(_LONGEST):
        body += piece
        if len(body) > _LONGEST:
            raise Unexpected("wait")
    if not body.strip():  # an Engine that is stopped ends its answers so
        raise ConnectionResetError
    answer = mapping(json.loads(body))
    if "StatusCode" not in answer:
        raise Unexpected("StatusCode")
    return integer(answer, "StatusCode")


def _run(value: object) -> Run:
    state = mapping(mapping(value).get("State"))
    started = moment(state, "StartedAt") or 0.0
    if boolean(state, "Running"):
        return Run(started)
    return Run(
        started,
        moment(state, "FinishedAt"),
        integer(state, "ExitCode"),
        boolean(state, "OOMKilled"),
    )


def _passes(error: DockerFault) -> bool:
    """Whether there is no way to the Engine now; not, whether it says something else."""
    cause = error.__cause__
    if isinstance(cause, Refused):
        return cause.status >= _SERVER
    return not isinstance(cause, (Unexpected, ValueError))
