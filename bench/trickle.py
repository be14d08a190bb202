"""A registry whose one layer comes so slowly that a pull of it never ends by itself.

It speaks as much of the registry's API as a pull needs, and listens where the Engine sees
127.0.0.1: an Engine of our own may have a network of its own.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import json
import os
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

NAME = "slow/image:latest"
_NEWNET = 0x40000000  # of <sched.h>
_SIZE = 100_000_000
_TLS = b"\x16"  # how its greeting begins: an Engine tries it first, and waits for an answer
_PAUSE = 0.05
_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_LAYER = f"sha256:{hashlib.sha256(b'never whole').hexdigest()}"
_CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [_LAYER]}}
).encode()


class Trickle:
    """`address` is its host and port; `given_up` tells when the Engine has let go of the layer."""

    def __init__(self) -> None:
        self.address = ""
        self.asked = asyncio.Event()
        self.given_up: asyncio.Queue[float] = asyncio.Queue()

    @asynccontextmanager
    async def listening(self, engine: str) -> AsyncIterator[Trickle]:
        """Serve an Engine until the block ends."""
        listener = await asyncio.to_thread(_listener, engine.removeprefix("unix://"))
        self.address = f"127.0.0.1:{listener.getsockname()[1]}"
        server = await asyncio.start_server(self._serve, sock=listener)
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while (first := await reader.readexactly(1)) != _TLS:
                head = first + await reader.readuntil(b"\r\n\r\n")
                method, path, _ = head.decode().split(" ", 2)
                if path.endswith(_LAYER):
                    await self._layer(reader, writer)
                    break
                writer.write(_answer(method, path))
                await writer.drain()
        writer.close()

    async def _layer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(_SIZE, "application/octet-stream"))
        self.asked.set()
        over = asyncio.ensure_future(reader.read(1))
        while not over.done():
            writer.write(bytes(1024))
            await asyncio.wait({over}, timeout=_PAUSE)
        self.given_up.put_nowait(time.monotonic())
        with suppress(ConnectionError):
            over.result()


def _answer(method: str, path: str) -> bytes:
    kind, body = "application/octet-stream", b"{}"
    if "/manifests/" in path:
        kind, body = _TYPE, _manifest()
    elif "/blobs/" in path:
        body = _CONFIG
    return _head(len(body), kind, _digest(body)) + (b"" if method == "HEAD" else body)


def _head(size: int, kind: str, digest: str = "") -> bytes:
    lines = [
        "HTTP/1.1 200 OK",
        "Docker-Distribution-Api-Version: registry/2.0",
        f"Content-Type: {kind}",
        f"Content-Length: {size}",
    ]
    lines += [f"Docker-Content-Digest: {digest}"] if digest else []
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def _manifest() -> bytes:
    config = {"size": len(_CONFIG), "digest": _digest(_CONFIG)}
    config |= {"mediaType": "application/vnd.docker.container.image.v1+json"}
    layer = {"size": _SIZE, "digest": _LAYER}
    layer |= {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}
    return json.dumps(
        {"schemaVersion": 2, "mediaType": _TYPE, "config": config, "layers": [layer]}
    ).encode()


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _listener(engine: str) -> socket.socket:
    """A socket in the Engine's network. The thread that makes it goes there, and back."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(engine)
        told = asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid, _, _ = struct.unpack("3i", told)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(Path("/proc", str(pid), "ns/net"), os.O_RDONLY)
    try:
        _enter(there)
        try:
            return socket.create_server(("127.0.0.1", 0))
        finally:
            _enter(home)
    finally:
        os.close(home)
        os.close(there)


def _enter(space: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(space, _NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no way into the Engine's network")
