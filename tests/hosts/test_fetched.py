"""A small answer over a connection of its own: whole, or the reason why there is none."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.fetched import fetched
from tests.hosts.scripted import Request, Script, Scripted, answer, cut, streamed

PATH = "/containers/web/stats"


def plain(*pieces: bytes, ends: bool = True) -> Script:
    """Bytes as they are; then the connection ends, or goes on."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.001)
        if ends:
            writer.close()

    return script


async def get(host: Host) -> bytes:
    return await fetched(host._link, f"{PATH}?one-shot=1", bytes)


async def test_an_answer_of_a_told_length_is_whole_in_any_pieces(
    fake: Scripted, host: Host
) -> None:
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345"
    for at in (1, 20, 38, 39, len(whole) - 1):
        fake.scripts[f"GET {PATH}"] = plain(whole[:at], whole[at:], ends=False)
        assert await get(host) == b"12345"
    assert fake.seen[-1].query == {"one-shot": "1"}


async def test_an_answer_without_a_length_ends_with_the_connection(
    fake: Scripted, host: Host
) -> None:
    fake.scripts[f"GET {PATH}"] = plain(b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n", b"123", b"45")
    assert await get(host) == b"12345"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (cut, "was cut"),
        (plain(b"HTTP/1.1 200 OK\r\n"), "was cut"),
        (plain(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123"), "was cut"),
        (plain(b"hello\r\n\r\n"), "unexpected answer"),
        (plain(b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 2**21), "unexpected answer"),
        (streamed(b"{}"), "unexpected answer"),
        (answer({"message": "no"}, 500), "failed"),
    ],
)
async def test_what_is_no_answer_is_told(
    fake: Scripted, host: Host, script: Script, said: str
) -> None:
    fake.scripts[f"GET {PATH}"] = script
    with pytest.raises(DockerFault, match=said):
        await get(host)


async def test_what_is_not_there_is_not_found(host: Host) -> None:
    with pytest.raises(NotFound):
        await get(host)


async def test_an_engine_that_is_not_there() -> None:
    host = Host("nas", "unix:///nowhere/docker.sock")
    with pytest.raises(DockerFault):
        await get(host)
    await host.close()


async def test_an_engine_that_never_answers(fake: Scripted) -> None:
    host = Host("nas", fake.url, timeout=0.2)
    fake.scripts[f"GET {PATH}"] = plain(b"HTTP/1.1 200 OK\r\n", ends=False)
    with pytest.raises(DockerFault, match="No answer"):
        await get(host)
    await host.close()
