"""A connection to an Engine that carries bytes both ways: a session, once HTTP has made room.

aiodocker's own reads the rest of an answer whole, and waits for whatever length a frame claims. So
this one speaks HTTP with h11 until the Engine has switched, and holds a bounded number of bytes in
either direction: who writes faster than is read has to wait, on the Engine too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import h11

from bot.errors import BotError
from bot.hosts import faults
from bot.hosts.answer import Unexpected, refusal
from bot.hosts.demux import Demux
from bot.hosts.faults import Circumstance
from bot.hosts.link import Link

_SOCKET = "unix://"
_PIECE = 64 * 1024
_HELD = 256 * 1024
_UNSENT = 64 * 1024  # bytes that were written and that nobody has read yet
_HEAD = 16 * 1024
_ERROR, _SWITCHED = 400, 101


class Wire:
    """Bytes to and from what listens at the other end; `at` is for what goes wrong there."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        begun: bytes,
        at: Circumstance,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._begun = begun
        self._at = at

    async def read(self) -> bytes:
        """What has come, at most 64 KiB; nothing once the other end is silent for good.

        Raises:
            DockerFault: the connection was cut.
        """
        if self._begun:
            begun, self._begun = self._begun, b""
            return begun
        try:
            return await self._reader.read(_PIECE)
        except OSError as error:
            raise faults.translate(error, self._at) from error

    async def parts(self, *, tty: bool) -> AsyncGenerator[tuple[int, bytes], None]:
        """All that comes, by stream; of what has a terminal there is one.

        Raises:
            DockerFault: the connection was cut, or what comes is not what it should be.
        """
        demux = Demux(tty=tty)
        while piece := await self.read():
            try:
                found = tuple(demux.feed(piece))
            except Unexpected as error:
                raise faults.translate(error, self._at) from error
            for part in found:
                yield part

    def write(self, data: bytes) -> bool:
        """Send it; False, and nothing is sent, where what was sent before is not read."""
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() + len(data) > _UNSENT:
            return False
        self._writer.write(data)
        return True

    def end(self) -> None:
        """Say that nothing more is sent; what comes can still be read."""
        if not self._writer.transport.is_closing():
            self._writer.write_eof()

    def close(self) -> None:
        """End it, at once."""
        self._writer.transport.abort()


@asynccontextmanager
async def wired(
    link: Link, path: str, params: Mapping[str, str], body: bytes = b"{}"
) -> AsyncIterator[Wire]:
    """`POST` a path, and have the connection that the Engine makes of it until the block ends.

    What goes wrong inside the block is translated as well.

    Raises:
        DockerFault: as `faults` puts it.
    """
    client = await link.connect(changes=True)
    at = Circumstance(link.name, changes=True, seconds=link.timeout)
    query = f"?{urlencode(params)}" if params else ""
    try:
        async with asyncio.timeout(link.timeout):
            ends = await asyncio.open_unix_connection(link.url.removeprefix(_SOCKET), limit=_HELD)
        try:
            async with asyncio.timeout(link.timeout):
                begun = await _switched(*ends, f"/v{client.api_version}{path}{query}", body)
            yield Wire(*ends, begun, at)
        finally:
            ends[1].transport.abort()
    except BotError:
        raise
    except Exception as error:
        link.failed(error, counts=False)
        raise faults.translate(error, at) from error


async def _switched(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str, body: bytes
) -> bytes:
    """Ask for the connection, as Docker's own client does; what has come on it already.

    Raises:
        Refused: the Engine answers with an error.
        Unexpected: it answers with something else.
    """
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)
    headers = {
        "Host": "docker",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "Upgrade",
        "Upgrade": "tcp",
    }
    request = h11.Request(method="POST", target=target, headers=list(headers.items()))
    for event in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(http.send(event) or b"")
    try:
        while True:
            found = await _event(http, reader)
            if isinstance(found, h11.InformationalResponse) and found.status_code == _SWITCHED:
                return http.trailing_data[0]
            if isinstance(found, h11.Response):
                raise await _refused(found, http, reader)
    except h11.RemoteProtocolError as error:
        raise Unexpected("HTTP") from error


async def _event(http: h11.Connection, reader: asyncio.StreamReader) -> object:
    """The next event of the answer."""
    while (found := http.next_event()) is h11.NEED_DATA:
        data = await reader.read(_PIECE)
        if not data and http.their_state is not h11.SEND_BODY:
            raise ConnectionResetError("the connection was closed before an answer came")
        http.receive_data(data)
    return found


async def _refused(
    answer: h11.Response, http: h11.Connection, reader: asyncio.StreamReader
) -> Exception:
    """Why it did not switch."""
    if answer.status_code < _ERROR:
        return Unexpected("answer without a connection")
    why = bytearray()
    while isinstance(found := await _event(http, reader), h11.Data) and len(why) < _PIECE:
        why += found.data
    return refusal(answer.status_code, bytes(why[:_PIECE]))
