"""Asks what a probe asks, once: within its time, with a bounded answer, and nothing else besides.

Names are looked up in threads of its own, so that a name server which hangs holds up no one else.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.watch.probe import Fault, Finding, Probe

_THREADS = ThreadPoolExecutor(4, "probe")
_BODY = 64 * 1024  # bytes of an answer in which a text is looked for
_WELL = range(200, 300)
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Pierhead"}


async def ask(probe: Probe) -> Finding:
    """What comes of it; whatever goes wrong is a finding."""
    try:
        async with asyncio.timeout(probe.timeout):
            return await (_tcp(probe) if probe.address.startswith("tcp://") else _http(probe))
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError too
        return Finding(_fault(error))


async def _tcp(probe: Probe) -> Finding:
    where = urlsplit(probe.address)
    error: OSError | None = None
    for address in await _addresses(where.hostname or "", where.port or 0, socket.AF_UNSPEC):
        try:
            _, writer = await asyncio.open_connection(address["host"], address["port"])
        except OSError as failed:
            error = failed
            continue
        writer.transport.abort()
        return Finding()
    raise error or socket.gaierror


async def _http(probe: Probe) -> Finding:
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=_Names(), force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        ) as session,
        session.get(probe.address, allow_redirects=False, headers=_HEADERS) as response,
    ):
        status = response.status
        fits = status in _WELL if probe.status is None else status == probe.status
        if not fits:
            return Finding(Fault.STATUS, status)
        if probe.contains and not await _holds(response.content, probe.contains.encode()):
            return Finding(Fault.TEXT, status)
        return Finding(status=status)


async def _holds(content: aiohttp.StreamReader, text: bytes) -> bool:
    found = bytearray()
    async for piece in content.iter_any():
        found += piece[: _BODY - len(found)]
        if text in found:
            return True
        if len(found) >= _BODY:
            break
    return False


async def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    def resolve() -> list[ResolveResult]:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
        ]

    return await asyncio.get_running_loop().run_in_executor(_THREADS, resolve)


class _Names(AbstractResolver):
    """Looks up names for HTTP."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: there are none.
        """
        return await _addresses(host, port, family)

    async def close(self) -> None:
        """Nothing to let go of."""


def _fault(error: Exception) -> Fault:
    match error:
        case TimeoutError():
            return Fault.TIMEOUT
        case aiohttp.ClientConnectorDNSError() | socket.gaierror():
            return Fault.NAME
        case ssl.SSLError() | aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return Fault.TLS
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return Fault.REFUSED
        case ConnectionRefusedError():
            return Fault.REFUSED
        case _:
            return Fault.BROKEN
