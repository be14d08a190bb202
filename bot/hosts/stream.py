"""The way to one Engine for answers that go on: logs, sweeps of stats; later events and sessions.

A thread that is blocked in the SDK cannot be cancelled, and a chat needs a Cancel that works. So
these go through aiodocker's session, as raw bytes: what aiodocker itself decodes would have to fit
into memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiodocker import Docker
from yarl import URL

from bot.errors import BotError
from bot.hosts import faults
from bot.hosts.answer import refusal
from bot.hosts.faults import Circumstance
from bot.hosts.link import Link

_ERROR = 400
_WHY = 64 * 1024


class Streams:
    """Opens answers that are read bit by bit; the API version is the link's."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._docker: Docker | None = None

    @asynccontextmanager
    async def open(
        self, path: str, params: Mapping[str, str], *, stall: float | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """`GET` a path. Leaving the block ends the request, at once.

        `stall` is how many seconds may pass without a byte; None: any number. What goes wrong
        inside the block is translated too.

        Raises:
            DockerFault: as `faults` puts it.
        """
        client = await self._link.connect()
        at = Circumstance(self._link.name, seconds=stall or self._link.timeout)
        try:
            response = await self._send(f"/v{client.api_version}{path}", params, stall)
            async with response:
                await _accepted(response)
                yield response
        except BotError:
            raise
        except Exception as error:
            self._link.failed(error, counts=False)
            raise faults.translate(error, at) from error

    async def close(self) -> None:
        """End what is open."""
        if self._docker is not None:
            await self._docker.close()
            self._docker = None

    async def _send(
        self, path: str, params: Mapping[str, str], stall: float | None
    ) -> aiohttp.ClientResponse:
        if self._docker is None:
            self._docker = Docker(url=self._link.url)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._link.timeout, sock_read=stall
        )
        async with asyncio.timeout(self._link.timeout):
            return await self._docker.session.get(
                URL(f"{self._docker.docker_host}{path}"),
                params=params,
                timeout=timeout,
                allow_redirects=False,
            )


async def _accepted(response: aiohttp.ClientResponse) -> None:
    if response.status >= _ERROR:
        raise refusal(response.status, await response.content.read(_WHY))
