"""The way to one Engine for what goes on: logs, sweeps of stats, sessions, progress, files.

A thread that is blocked in the SDK cannot be cancelled, and a chat needs a Cancel that works. So
these go through aiodocker's session, as raw bytes: what aiodocker itself decodes would have to fit
into memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiodocker import Docker
from yarl import URL

from bot.errors import BotError
from bot.hosts import faults
from bot.hosts.answer import refusal
from bot.hosts.faults import Circumstance
from bot.hosts.link import Link

_SOCKET = "unix://"
_ERROR = 400
_WHY = 64 * 1024
# Who accepts it packed gets a container's files packed, ten times as slowly as they would come.
_PLAIN = {"Accept-Encoding": "identity"}
_BUFFER = 512 * 1024  # bytes: twice as many may wait for who reads slowly


# A key may stand several times.
Query = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sends:
    """A request that sends something. `body` may come bit by bit, and is never held whole.

    `slow` is said of one whose answer takes its time to begin (a pull, a build).
    """

    method: str = "POST"
    body: bytes | AsyncIterable[bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: bool = True
    slow: bool = False


class Streams:
    """Opens answers that are read bit by bit; the API version is the link's.

    At most so many `connections` are open at once; who wants one more waits.
    """

    def __init__(self, link: Link, connections: int = 100) -> None:
        self._link = link
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._docker: Docker | None = None

    @asynccontextmanager
    async def open(
        self,
        path: str,
        params: Query,
        *,
        stall: float | None,
        sends: Sends | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """`GET` a path, or what `sends` says. Leaving the block ends the request, at once.

        `stall` is how many seconds may pass without a byte; None: any number. What goes wrong
        inside the block is translated too: of what was to change something, `unknown`.

        Raises:
            DockerFault: as `faults` puts it.
        """
        changes = sends is not None and sends.changes
        client = await self._link.connect(changes=changes)
        at = Circumstance(self._link.name, changes, stall or self._link.timeout)
        try:
            way = f"/v{client.api_version}{path}"
            response = await self._send(way, params, stall, sends or Sends("GET", changes=False))
            async with response:
                await _accepted(response)
                yield response
        except BotError:
            raise
        except Exception as error:
            self._link.failed(error, counts=False)
            raise faults.translate(error, at) from error

    async def docker(self) -> Docker:
        """The client of aiodocker with the link's API version: for sessions (hijacking).

        Raises:
            DockerFault: if there is no way to the Engine now.
        """
        client = await self._link.connect()
        if self._docker is None or self._session is None:
            path = self._link.url.removeprefix(_SOCKET)
            connector = aiohttp.UnixConnector(path, limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector)
            self._docker = Docker(url=self._link.url, session=self._session)
        self._docker.api_version = f"v{client.api_version}"
        return self._docker

    async def close(self) -> None:
        """End what is open."""
        if self._docker is not None and self._session is not None:
            await self._docker.close()
            await self._session.close()
            self._docker = self._session = None

    async def _send(
        self, path: str, params: Query, stall: float | None, sends: Sends
    ) -> aiohttp.ClientResponse:
        docker = await self.docker()
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._link.timeout, sock_read=stall
        )
        # The answer to what is sent bit by bit begins when all of it was sent, or later.
        async with asyncio.timeout(
            None if sends.slow or sends.body is not None else self._link.timeout
        ):
            return await docker.session.request(
                sends.method,
                URL(f"{docker.docker_host}{path}"),
                params=params,
                data=sends.body,
                headers={**_PLAIN, **sends.headers},
                timeout=timeout,
                allow_redirects=False,
                read_bufsize=_BUFFER,
            )


async def _accepted(response: aiohttp.ClientResponse) -> None:
    if response.status >= _ERROR:
        raise refusal(response.status, await response.content.read(_WHY))
