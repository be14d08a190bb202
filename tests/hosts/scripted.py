"""An Engine made of answers: a tiny HTTP server on a unix socket, which does what a test says."""

from __future__ import annotations

import asyncio
import json
import struct
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

Script = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]

VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10.24"}
CID = "0123456789abcdef" * 4


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Scripted:
    """`scripts` by "METHOD /path" without the version; `seen` is what was asked, in order."""

    url: str
    scripts: dict[str, Script] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scripts["GET /version"] = answer(VERSION)

    @property
    def asked(self) -> list[str]:
        """What was asked beside the version."""
        return [str(r) for r in self.seen if r.path != "/version"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            while request := await _read(reader):
                self.seen.append(request)
                script = self.scripts.get(str(request), answer({"message": "no such thing"}, 404))
                await script(request, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.open.discard(task)
            writer.close()


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    """A running one; its connections are cut at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engine.sock"
        engine = Scripted(f"unix://{path}")
        server = await asyncio.start_unix_server(engine.serve, path)
        try:
            yield engine
        finally:
            server.close()
            for task in tuple(engine.open):
                task.cancel()
            await asyncio.gather(*engine.open, return_exceptions=True)


def answer(body: object, status: int = 200) -> Script:
    """A whole answer: JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n"
        size = "" if status in {204, 304} else f"Content-Length: {len(content)}\r\n"
        writer.write(head.encode() + size.encode() + b"\r\n")
        if size:
            writer.write(content)
        await writer.drain()

    return script


def streamed(*pieces: bytes, cut: bool = False) -> Script:
    """An answer in chunks; `cut` ends the connection before its end."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        await begin(writer)
        for piece in pieces:
            await chunk(writer, piece)
        if cut:
            writer.transport.abort()
            raise ConnectionError
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return script


async def begin(writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 23:00:00 GMT\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    await writer.drain()


async def chunk(writer: asyncio.StreamWriter, piece: bytes) -> None:
    if piece:
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()


async def silence(request: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()


async def cut(request: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request and end the connection."""
    writer.transport.abort()
    raise ConnectionError


class Gate:
    """Takes requests, and answers them once it is `open`."""

    def __init__(self, then: Script) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self._then = then

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.reached.set()
        await self.open.wait()
        await self._then(request, writer)


def in_turn(*scripts: Script) -> Script:
    """One script for each request, the last for all that follow."""
    left = list(scripts)

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return script


def frame(text: bytes, stream: int = 1) -> bytes:
    return struct.pack(">BxxxI", stream, len(text)) + text


def row(**fields: object) -> dict[str, object]:
    """A row of `GET /containers/json`."""
    return {
        "Id": CID,
        "Names": ["/web"],
        "Image": "nginx",
        "ImageID": f"sha256:{CID}",
        "Command": "nginx",
        "Created": 1700000000,
        "State": "running",
        "Status": "Up 5 minutes",
        "Ports": [],
        "Labels": {},
        "NetworkSettings": {"Networks": {"bridge": {}}},
        "Mounts": [],
    } | fields


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.split("\r\n")
    method, target, _ = line.split(" ")
    told = (header.partition(":") for header in rest)
    headers = {name.lower(): value.strip() for name, _, value in told}
    await reader.readexactly(int(headers.get("content-length", "0")))
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + len(b"\r\n"))
        await reader.readline()
    parts = urlsplit(target)
    path = unquote(parts.path)
    if path.startswith("/v1."):
        path = path[path.index("/", 1) :]
    return Request(method, path, dict(parse_qsl(parts.query)), headers)
