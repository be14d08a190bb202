"""The connections themselves, so that one can be cut as a bad network cuts it.

A web framework only lets an application answer. To play a lost connection the transport under it
has to be closed, so the server's protocol notes it down by the client's address.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]


class Line:
    """The open connections of one server."""

    def __init__(self) -> None:
        self._open: dict[Address, asyncio.Transport] = {}
        self.released = asyncio.Event()

    def protocol(self) -> type[H11Protocol]:
        """The protocol class that reports its connections here."""
        connections = self._open

        class Reporting(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections[transport.get_extra_info("peername")[:2]] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.transport.get_extra_info("peername")[:2], None)
                super().connection_lost(exc)

        return Reporting

    def release(self) -> None:
        """Let all hanging calls end, by cutting them."""
        self.released.set()
        self.released = asyncio.Event()

    async def close(self, scope: Mapping[str, Any], receive: Receive) -> None:
        """Close the connection of a request when all that was sent has gone out."""
        if transport := self._open.get(tuple(scope["client"])[:2]):
            transport.close()
        await until_gone(receive)

    async def cut(self, scope: Mapping[str, Any], receive: Receive) -> None:
        """Close the connection of a request at once and wait until it is gone."""
        if transport := self._open.get(tuple(scope["client"])[:2]):
            transport.abort()
        await until_gone(receive)


async def until_gone(receive: Receive) -> None:
    """Return when the client has closed the connection; the body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Cut:
    """An answer that is none: the connection closes without a byte."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut; nothing is sent."""
        del send
        await self._line.cut(scope, receive)


class Hang:
    """An answer that never comes, until the line is released or the client gives up."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then cut."""
        del send
        released = asyncio.ensure_future(self._line.released.wait())
        gone = asyncio.ensure_future(until_gone(receive))
        await asyncio.wait({released, gone}, return_when=asyncio.FIRST_COMPLETED)
        released.cancel()
        if gone.done():
            return
        gone.cancel()
        await self._line.cut(scope, receive)
