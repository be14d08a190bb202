"""Files from the web: only from where the config says, at every redirect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.fetch import Fetch, FetchFault

BODY = b"x" * 200_000


@asynccontextmanager
async def web(*answers: bytes) -> AsyncIterator[tuple[int, list[str]]]:
    """A server that gives these answers in turn, and what it was asked for."""
    asked: list[str] = []
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split()[1].decode())
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


def ok(body: bytes = BODY, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode() + body


def to(where: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()


async def read(fetch: Fetch, address: str) -> bytes:
    async with fetch.open(address) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_what_is_listed_comes() -> None:
    async with web(ok()) as (port, asked):
        origin = f"http://127.0.0.1:{port}"
        assert await read(Fetch([origin]), f"{origin}/a.tar") == BODY
        assert asked == ["/a.tar"]


async def test_a_redirect_is_looked_at_like_an_address() -> None:
    async with web(to("/b"), ok(), to("http://127.0.0.2:1/")) as (port, asked):
        origin = f"http://127.0.0.1:{port}"
        assert await read(Fetch([origin]), f"{origin}/a") == BODY
        assert asked == ["/a", "/b"]
        with pytest.raises(FetchFault, match="no downloads from"):
            await read(Fetch([origin]), f"{origin}/a")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/",
        "https://example.org/a",
        "http://example.org:8080/",
        "http://example.org@127.0.0.1:1/",
        "http://[::1]:1/",
        "ftp://example.org/",
        "http://",
        "nonsense",
    ],
)
async def test_what_is_not_listed_is_not_asked(address: str) -> None:
    with pytest.raises(FetchFault):
        await read(Fetch(["example.org:444", "http://example.org"]), address)


async def test_a_name_does_not_lead_to_a_private_address() -> None:
    async with web(ok()) as (port, asked):
        with pytest.raises(FetchFault, match="can't be fetched"):
            await read(Fetch([f"http://localhost:{port}"]), f"http://localhost:{port}/")
        assert asked == []


async def test_but_to_one_that_is_listed_itself() -> None:
    async with web(ok()) as (port, _):
        origins = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
        assert await read(Fetch(origins), f"http://localhost:{port}/") == BODY


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((ok(length=len(BODY) + 1),), "can't be fetched"),
        ((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",), "is not there: HTTP"),
        ((b"nonsense\r\n\r\n",), "can't be fetched"),
        ((to("/a"),) * 9, "leads in circles"),
    ],
)
async def test_what_does_not_come(answers: tuple[bytes, ...], said: str) -> None:
    async with web(*answers) as (port, _):
        origin = f"http://127.0.0.1:{port}"
        with pytest.raises(FetchFault, match=said):
            await read(Fetch([origin]), f"{origin}/a")


async def test_a_password_in_an_address_is_shown_to_nobody() -> None:
    with pytest.raises(FetchFault) as error:
        await read(Fetch(["http://127.0.0.1:1"]), "http://olga:secret@127.0.0.1:1/x")
    assert "secret" not in repr(error.value.message.values)
