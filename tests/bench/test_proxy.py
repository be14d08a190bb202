"""What is counted is what was asked: one line a request, however the bytes come."""

from __future__ import annotations

import asyncio
import http.client
from contextlib import suppress
from pathlib import Path

from bench.proxy import Proxy
from sandbox.engine.ping import UnixConnection

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def test_requests_on_one_connection_are_noted_one_by_one(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(3 if b"Content-Length: 3" in head else 0)
                writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()
        ended.set()

    engine = await asyncio.start_unix_server(answer, tmp_path / "engine.sock")
    proxy = Proxy(f"unix://{tmp_path / 'engine.sock'}", tmp_path / "proxy.sock")
    async with engine, proxy.listening():
        await asyncio.to_thread(_ask, tmp_path / "proxy.sock")
        await ended.wait()
    assert [(asked.what, asked.answered) for asked in proxy.asked] == [
        ("GET /a?b=1", len(ANSWER)),
        ("POST /c", len(ANSWER)),
        ("GET /d", len(ANSWER)),
    ]


def _ask(socket: Path) -> None:
    connection = UnixConnection(socket, 10)
    for method, path, body in (
        ("GET", "/a?b=1", None),
        ("POST", "/c", b"xyz"),
        ("GET", "/d", None),
    ):
        connection.request(method, path, body)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (http.client.OK, b"ok")
    connection.close()
