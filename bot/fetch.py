"""Fetches a file from the web for an image: only from hosts that the config lists.

Every redirect is looked at like the address itself. What a name resolves to is looked at again when
the connection is made: a private address is spoken with only where that address itself is listed,
so that a name can't lead into the network behind the bot.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.errors import BotError
from bot.message import Message, Untrusted, msg

log = logging.getLogger(__name__)

_HOPS = 5
_QUIET = 30.0  # seconds that may pass without a byte
_PIECE = 64 * 1024
_OK = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SHOWN = 200


class FetchFault(BotError):
    """A file from the web did not come."""


class Fetch:
    """Opens addresses. `origins` are `example.org`, or in full `http://10.0.0.5:8080`."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(map(_origin, origins))
        self._addresses = frozenset(o[1] for o in self._origins if _is_address(o[1]))

    @asynccontextmanager
    async def open(self, address: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """What is there, in pieces; leaving the block ends the transfer.

        Raises:
            FetchFault: it is not listed, not there, or cut off; also while it comes.
        """
        connector = aiohttp.TCPConnector(resolver=_Public(self._addresses), limit=4)
        timeout = aiohttp.ClientTimeout(total=None, connect=_QUIET, sock_read=_QUIET)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            try:
                async with self._followed(session, address) as response:
                    yield _pieces(response)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("a file can't be fetched: %s", type(error).__name__)
                raise _fault(msg("{address} can't be fetched."), address) from error

    @asynccontextmanager
    async def _followed(
        self, session: aiohttp.ClientSession, address: str
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        where = _parsed(address)
        for _ in range(_HOPS):
            self._check(where)
            async with session.get(where, allow_redirects=False) as response:
                if response.status in _REDIRECTS:
                    where = where.join(_parsed(response.headers.get("Location", "")))
                    continue
                if response.status != _OK:
                    why = msg("{address} is not there: HTTP {status}.", status=response.status)
                    raise _fault(why, str(where))
                yield response
                return
        raise _fault(msg("{address} leads in circles."), address)

    def _check(self, where: URL) -> None:
        if (where.scheme, where.host or "", where.port or 0) not in self._origins:
            host = Untrusted((where.host or "")[:_SHOWN])
            raise FetchFault(
                msg("The config lists no downloads from {host}.", host=host),
                msg("Send the file as a document instead. Nothing was changed."),
            )


class _Public(AbstractResolver):
    """Resolves names, and lets no address pass that is not the web's, unless it is listed."""

    def __init__(self, listed: frozenset[str]) -> None:
        self._listed = listed
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: there are none that may be spoken with.
        """
        found = await self._resolver.resolve(host, port, family)
        fit = [one for one in found if _is_public(one["host"]) or one["host"] in self._listed]
        if not fit:
            raise OSError("a private address")
        return fit

    async def close(self) -> None:
        """Nothing to let go of."""


def is_address(text: str) -> bool:
    """Whether it is an address of the web, and not a path or a repository."""
    return text.startswith(("http://", "https://"))


def _origin(text: str) -> tuple[str, str, int]:
    url = URL(text if "://" in text else f"https://{text}")
    return url.scheme, url.host or "", url.port or 0


def _parsed(address: str) -> URL:
    try:
        return URL(address)
    except ValueError as error:
        raise _fault(msg("{address} is no address."), address) from error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    return address.is_global and not address.is_multicast


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for piece in response.content.iter_chunked(_PIECE):
        yield piece


def _fault(message: Message, address: str) -> FetchFault:
    # A name and a password in it are shown to nobody.
    plain = address.rpartition("@")[2] if "@" in address else address
    told = message.having(address=Untrusted(plain[:_SHOWN]))
    return FetchFault(told, msg("Nothing was changed."))
