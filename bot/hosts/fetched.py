"""One small answer over a connection of its own, for less than a client with a pool takes.

A sweep asks for hundreds of them several times a minute, for as long as the bot runs. The request
is HTTP/1.0: nothing comes in chunks, and where no length is told, the answer ends with the
connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar, cast

from bot.errors import BotError
from bot.hosts import faults
from bot.hosts.answer import Unexpected, refusal
from bot.hosts.faults import Circumstance
from bot.hosts.link import Link

T = TypeVar("T")

_SOCKET = "unix://"
_LARGEST = 1024 * 1024
_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,9})\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_OK = 200


async def fetched(link: Link, path: str, read: Callable[[bytes], T]) -> T:
    """What `read` makes of the answer to `GET` of a path.

    Raises:
        DockerFault: as `faults` puts it.
    """
    client = await link.connect()
    at = Circumstance(link.name, seconds=link.timeout)
    try:
        async with asyncio.timeout(link.timeout):
            way = f"/v{client.api_version}{path}"
            return read(await _exchange(link.url.removeprefix(_SOCKET), way))
    except BotError:
        raise
    except Exception as error:
        link.failed(error, counts=False)
        raise faults.translate(error, at) from error


async def _exchange(socket: str, path: str) -> bytes:
    request = f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    whole: asyncio.Future[tuple[bytes, bytes]] = loop.create_future()
    transport, _ = await loop.create_unix_connection(lambda: _Answer(request, whole), socket)
    try:
        head, body = await whole
    finally:
        transport.abort()
    status = _STATUS.match(head)
    if status is None:
        raise Unexpected("HTTP")
    if int(status[1]) != _OK:
        raise refusal(int(status[1]), body)
    return body


class _Answer(asyncio.Protocol):
    """Sends a request; `whole` gets the head and the body of what comes."""

    def __init__(self, request: bytes, whole: asyncio.Future[tuple[bytes, bytes]]) -> None:
        self._request = request
        self._whole = whole
        self._data = bytearray()
        self._body = 0  # where it begins
        self._end: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        cast("asyncio.WriteTransport", transport).write(self._request)  # of a socket it is one

    def data_received(self, data: bytes) -> None:
        """Take some of the answer."""
        self._data += data
        if len(self._data) > _LARGEST:
            self._fail(Unexpected("too large"))
        if not self._body and (at := self._data.find(_END)) >= 0:
            self._body = at + len(_END)
            self._headed(self._data[: at + 2])
        if self._body and self._end is not None and len(self._data) >= self._end:
            self._done()

    def _headed(self, head: bytes | bytearray) -> None:
        """Find out where the answer ends."""
        if _CHUNKED.search(head):
            self._fail(Unexpected("chunks"))
        length = _LENGTH.search(head)
        self._end = self._body + int(length[1]) if length else None

    def connection_lost(self, error: Exception | None) -> None:
        """What has come is all, unless more was to come."""
        if self._body and self._end is None and error is None:
            self._done()
        else:
            self._fail(error or ConnectionResetError("the connection was closed before its time"))

    def _done(self) -> None:
        if not self._whole.done():
            data = bytes(self._data)
            self._whole.set_result((data[: self._body], data[self._body : self._end]))

    def _fail(self, error: Exception) -> None:
        if not self._whole.done():
            self._whole.set_exception(error)
