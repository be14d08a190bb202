"""A unix socket in front of an Engine's that notes every request that passes, and what it brought.

So it is counted what the Engine is asked, whichever client asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SCHEME = "unix://"
_PIECE = 64 * 1024


@dataclass(slots=True)
class Asked:
    """One request: `GET /v1.41/containers/json?all=1`, and the bytes of its answer so far."""

    what: str
    answered: int = 0


class Proxy:
    """What has passed, oldest first; `url` is where it listens."""

    def __init__(self, engine: str, socket: Path) -> None:
        self.url = f"{SCHEME}{socket}"
        self.asked: list[Asked] = []
        self._engine = engine.removeprefix(SCHEME)
        self._socket = socket
        self._passing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Pass on what comes until the block ends."""
        server = await asyncio.start_unix_server(self._serve, self._socket)
        try:
            yield self
        finally:
            server.close()
            for task in self._passing:
                task.cancel()
            await asyncio.gather(*self._passing, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._pass(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        engine_reader, engine_writer = await asyncio.open_unix_connection(self._engine)
        mine: list[Asked] = []
        ways = [
            asyncio.ensure_future(self._requests(reader, engine_writer, mine)),
            asyncio.ensure_future(_answers(engine_reader, writer, mine)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, engine_writer):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    async def _requests(
        self, reader: asyncio.StreamReader, engine: asyncio.StreamWriter, mine: list[Asked]
    ) -> None:
        """Pass requests on, one after the other; the bot's bodies have a length."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = Asked(head.partition(b" HTTP/")[0].decode())
                mine.append(asked)
                self.asked.append(asked)
                engine.write(head + await reader.readexactly(_length(head)))
                await engine.drain()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _answers(
    engine: asyncio.StreamReader, writer: asyncio.StreamWriter, mine: list[Asked]
) -> None:
    with suppress(ConnectionError):
        while piece := await engine.read(_PIECE):
            mine[-1].answered += len(piece)
            writer.write(piece)
            await writer.drain()
