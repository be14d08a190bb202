"""A connection to an Engine that carries bytes both ways."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Conflict, DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.answer import Unexpected
from bot.hosts.demux import Demux
from bot.hosts.wire import Wire
from tests.hosts.scripted import CID, Request, Script, Scripted, answer, cut, frame, silence

START = f"POST /exec/{CID}/start"
HEAD = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def says(*pieces: bytes, then: Script | None = None) -> Script:
    """What comes on the connection, from its head on."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if then is not None:
            await then(request, writer)
        writer.close()
        raise ConnectionError

    return script


async def read(host: Host) -> bytes:
    """All that comes."""
    found = b""
    async with host.execs.start(CID) as wire:
        while piece := await wire.read():
            found += piece
    return found


async def test_what_comes_with_the_head_and_after_it(fake: Scripted, host: Host) -> None:
    fake.scripts[START] = says(HEAD[:20], HEAD[20:] + b"first", b" second")
    assert await read(host) == b"first second"
    fake.scripts[START] = says(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"later")
    assert await read(host) == b"later"


async def test_what_is_sent_arrives_and_its_end_too(fake: Scripted, host: Host) -> None:
    got = asyncio.Event()

    async def listens(request: Request, writer: asyncio.StreamWriter) -> None:
        got.set()
        await asyncio.sleep(3600)

    fake.scripts[START] = says(HEAD, then=listens)
    async with host.execs.start(CID) as wire:
        await got.wait()
        assert wire.write(b"a line\n")
        assert wire.write(b"x" * 60_000)
        while wire.write(b"x" * 60_000):  # until nobody reads any more, and no further
            pass
        wire.end()
        wire.end()


async def test_nothing_can_be_sent_on_what_was_cut(fake: Scripted, host: Host) -> None:
    fake.scripts[START] = says(HEAD)
    async with host.execs.start(CID) as wire:
        assert await wire.read() == b""
        wire.close()
        assert not wire.write(b"a line\n")
        wire.end()


@pytest.mark.parametrize(
    ("script", "fault", "said"),
    [
        (answer({"message": "no such exec"}, 404), NotFound, "Not found on {host}: {why}"),
        (answer({"message": "paused"}, 409), Conflict, "Docker on {host} refuses: {why}"),
        (answer({"message": "x" * 100_000}, 500), DockerFault, "Docker on {host} failed: {why}"),
        (answer(b"from a proxy", 403), DockerFault, "Docker on {host} refuses: {why}"),
        (answer({}), DockerFault, "Docker on {host} gave an unexpected answer."),
        (
            says(b"SSH-2.0-OpenSSH\r\n\r\n"),
            DockerFault,
            "Docker on {host} gave an unexpected answer.",
        ),
        (
            says(b"HTTP/1.1 101 X\r\n" + b"A: b\r\n" * 20_000),
            DockerFault,
            "Docker on {host} gave an unexpected answer.",
        ),
        (cut, DockerFault, "The connection to Docker on {host} was cut."),
        (says(HEAD[:20]), DockerFault, "The connection to Docker on {host} was cut."),
    ],
)
async def test_what_is_no_connection_is_told(
    fake: Scripted, host: Host, script: Script, fault: type[DockerFault], said: str
) -> None:
    fake.scripts[START] = script
    with pytest.raises(fault) as raised:
        await read(host)
    assert raised.value.message.one == said


async def test_an_endless_answer_is_not_read_to_its_end(fake: Scripted, host: Host) -> None:
    async def endless(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    fake.scripts[START] = endless
    with pytest.raises(DockerFault):
        await read(host)


async def test_one_who_does_not_answer(fake: Scripted) -> None:
    fake.scripts[START] = silence
    host = Host("nas", fake.url, timeout=0.2)
    try:
        with pytest.raises(DockerFault) as raised:
            await read(host)
        assert raised.value.unknown
        assert raised.value.message.one == "No answer from Docker on {host} in {time}."
    finally:
        await host.close()


async def test_who_does_not_read_makes_the_other_wait(fake: Scripted, host: Host) -> None:
    sent = 0

    async def floods(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    fake.scripts[START] = says(HEAD, then=floods)
    async with host.execs.start(CID):
        for _ in range(200):
            await asyncio.sleep(0)
        held = sent
        for _ in range(2000):
            await asyncio.sleep(0)
    assert held <= sent < 4 * 1024 * 1024


async def test_leaving_ends_the_connection(fake: Scripted, host: Host) -> None:
    fake.scripts[START] = says(HEAD, then=silence)

    async def waits(wire: Wire) -> None:
        await wire.read()

    async with host.execs.start(CID) as wire:
        task = asyncio.ensure_future(waits(wire))
        await asyncio.sleep(0)
        task.cancel()
    assert await asyncio.wait({task}) == ({task}, set())


FRAMES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=10)


@given(FRAMES, st.lists(st.integers(0, 200), max_size=10))
def test_however_frames_are_cut_they_say_the_same(
    frames: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = b"".join(frame(text, stream) for stream, text in frames)
    places = [0, *sorted(min(place, len(data)) for place in cuts), len(data)]
    demux = Demux(tty=False)
    found = {1: b"", 2: b""}
    for start, end in pairwise(places):
        for stream, part in demux.feed(data[start:end]):
            found[stream] += part
    assert found == {s: b"".join(t for stream, t in frames if stream == s) for s in (1, 2)}


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_bytes_that_are_no_frames_are_handed_on_or_refused(pieces: list[bytes]) -> None:
    demux = Demux(tty=False)
    try:
        size = sum(len(part) for piece in pieces for _, part in demux.feed(piece))
    except Unexpected:
        return
    assert size <= sum(map(len, pieces))
    assert len(demux._head) < 8


def test_a_frame_that_claims_too_much_is_refused() -> None:
    with pytest.raises(Unexpected):
        list(Demux(tty=False).feed(b"\x01\0\0\0\xff\xff\xff\xff"))


def test_a_terminal_has_no_frames() -> None:
    assert list(Demux(tty=True).feed(b"\x01\0\0\0\xff")) == [(1, b"\x01\0\0\0\xff")]
