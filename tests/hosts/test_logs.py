import asyncio
import threading
from contextlib import aclosing

import pytest

from bot.errors import DockerFault, NotFound, UsageError
from bot.hosts import Host
from bot.hosts.sieve import Sieve
from bot.hosts.types import LogLine
from bot.message import Untrusted
from tests.hosts.scripted import (
    CID,
    Request,
    Script,
    Scripted,
    answer,
    begin,
    chunk,
    cut,
    frame,
    in_turn,
    silence,
    streamed,
)

LOGS = f"GET /containers/{CID}/logs"
INSPECT = f"GET /containers/{CID}/json"
MIB = 1024 * 1024


def inspected(*, tty: bool = False, running: bool = True) -> Script:
    return answer({"Config": {"Tty": tty}, "State": {"Running": running}})


def stamp(nanos: int) -> bytes:
    return b"2026-11-23T23:10:00.%09dZ " % nanos


def texts(lines: tuple[LogLine, ...] | list[LogLine]) -> list[str]:
    return [line.text.raw for line in lines]


def written(*lines: bytes) -> Script:
    """A log that honours `tail`, as the Engine does."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        tail = request.query["tail"]
        wanted = lines if tail == "all" else lines[len(lines) - min(int(tail), len(lines)) :]
        await streamed(*map(frame, wanted))(request, writer)

    return script


async def test_a_tail(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = written(b"one\n", b"two\n", b"thr\xff\r\n")
    lines = await host.logs.tail(CID, tail=2, since=1.5, until=2.25)
    assert texts(lines) == ["two", "thr\ufffd"]
    assert fake.asked == [INSPECT, LOGS]
    assert fake.seen[-1].query == {
        "stdout": "1",
        "stderr": "1",
        "follow": "0",
        "timestamps": "0",
        "tail": "2",
        "since": "1.500000000",
        "until": "2.250000000",
    }
    assert len(await host.logs.tail(CID, tail=4)) == 3
    assert await host.logs.tail(CID, tail=0) == ()
    assert all(r.query.get("tail") != "all" for r in fake.seen)


async def test_a_tail_of_a_tty_with_time_stamps(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected(tty=True)
    fake.scripts[LOGS] = streamed(stamp(5) + b"\x1b[31mred\r\n")
    lines = await host.logs.tail(CID, tail=5, timestamps=True)
    assert lines == (LogLine(1, Untrusted("\x1b[31mred"), "2026-11-23T23:10:00.000000005Z"),)


async def test_too_much_is_asked_for_again_with_a_smaller_tail(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected()
    lines = [b"%04d" % n + b"x" * 1000 + b"\n" for n in range(5000)]
    fake.scripts[LOGS] = written(*lines)
    found = await host.logs.tail(CID, tail=4000)
    assert found[-1].text.raw.startswith("4999")
    assert 500 <= len(found) <= 1040
    asked = [int(r.query["tail"]) for r in fake.seen if "tail" in r.query]
    assert asked == sorted(asked, reverse=True)
    assert asked[0] == 4000
    assert sum(len(line.text.raw) for line in found) <= MIB


async def test_more_lines_than_were_asked_for(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected(tty=True)
    fake.scripts[LOGS] = streamed(b"\n" * 500_000, b"last\n")
    assert texts(await host.logs.tail(CID, tail=2)) == ["", "last"]


async def test_one_line_that_is_too_long_is_cut(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected(tty=True)
    fake.scripts[LOGS] = streamed(*[b"x" * 65_536] * 40)
    (line,) = await host.logs.tail(CID, tail=10)
    assert line.text.raw.endswith("xx…")


@pytest.mark.parametrize(
    "script", [streamed(b"\x09" * 100), streamed(frame(b"a\n"), cut=True), cut]
)
async def test_what_is_no_log_or_breaks_off(fake: Scripted, host: Host, script: Script) -> None:
    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = script
    with pytest.raises(DockerFault):
        await host.logs.tail(CID, tail=10)
    with pytest.raises(DockerFault):
        await host.logs.grep(CID, "a", keep=5)


async def test_no_such_container(fake: Scripted, host: Host) -> None:
    with pytest.raises(NotFound):
        await host.logs.tail(CID, tail=10)
    with pytest.raises(NotFound):
        async for _ in host.logs.follow(CID):
            pass


async def test_a_driver_that_cannot_be_read(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = answer({"message": "driver does not support reading"}, 501)
    with pytest.raises(DockerFault) as caught:
        async for _ in host.logs.follow(CID):
            pass
    assert caught.value.message.values["why"] == Untrusted("driver does not support reading")


async def test_grep(fake: Scripted, host: Host) -> None:
    fake.scripts[INSPECT] = inspected()
    block = b"".join(frame(b"GET /%d 200\n" % n) for n in range(20_000))
    fake.scripts[LOGS] = streamed(*[block[n : n + 50_000] for n in range(0, len(block), 50_000)])
    found = await host.logs.grep(CID, "(?i)get /1.*99 ", keep=3)
    assert texts(found.lines) == ["GET /19799 200", "GET /19899 200", "GET /19999 200"]
    assert (found.matched, found.read) == (111, len(block))
    assert fake.seen[-1].query["tail"] == "all"


async def test_slow_searches_hold_up_nothing_else(
    fake: Scripted, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = written(b"a\n")
    reached, go_on = threading.Semaphore(0), threading.Event()
    searched: set[str] = set()
    block = Sieve.block

    def slow(self: Sieve, data: bytes) -> None:
        searched.add(threading.current_thread().name)
        reached.release()
        go_on.wait()
        block(self, data)

    monkeypatch.setattr(Sieve, "block", slow)
    greps = [asyncio.ensure_future(host.logs.grep(CID, "a", keep=5)) for _ in range(8)]
    try:
        await asyncio.to_thread(lambda: [reached.acquire() for _ in range(2)])
        assert await asyncio.gather(*(asyncio.to_thread(int) for _ in range(40)))
    finally:
        go_on.set()
    assert {found.matched for found in await asyncio.gather(*greps)} == {1}
    assert searched == {"grep_0", "grep_1"}


async def test_a_bad_pattern_asks_nobody(fake: Scripted, host: Host) -> None:
    with pytest.raises(UsageError):
        await host.logs.grep(CID, "(", keep=5)
    assert fake.seen == []


class Pauses:
    """Time that passes at once."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def pauses(host: Host) -> Pauses:
    host.logs._pause = found = Pauses()
    return found


async def test_a_follow_ends_with_its_container(fake: Scripted, host: Host, pauses: Pauses) -> None:
    fake.scripts[INSPECT] = inspected(running=False)
    fake.scripts[LOGS] = streamed(frame(stamp(1) + b"a\n"), frame(stamp(2) + b"no end"))
    lines = [line async for line in host.logs.follow(CID, tail=5)]
    assert texts(lines) == ["a", "no end"]
    assert lines[0].at is None
    assert pauses.taken == []
    assert fake.seen[-2].query["tail"] == "5"


async def test_a_follow_ends_when_the_container_is_removed(
    fake: Scripted, host: Host, pauses: Pauses
) -> None:
    fake.scripts[INSPECT] = in_turn(inspected(), answer({"message": "gone"}, 404))
    fake.scripts[LOGS] = streamed(frame(stamp(1) + b"a\n"), frame(stamp(2) + b"rest"))
    lines = [line async for line in host.logs.follow(CID, timestamps=True)]
    assert texts(lines) == ["a", "rest"]
    assert lines[0].at == "2026-11-23T23:10:00.000000001Z"


async def test_a_broken_follow_goes_on_without_repeats_or_gaps(
    fake: Scripted, host: Host, pauses: Pauses
) -> None:
    fake.scripts[INSPECT] = in_turn(inspected(), inspected(running=False))
    log = [
        frame(stamp(1) + b"a\n"),
        frame(stamp(7) + b"err\n", 2),
        frame(stamp(5) + b"b\n"),
        frame(stamp(5) + b"b\n"),
        frame(stamp(5) + b"b\n"),
        frame(stamp(8) + b"long "),
        frame(stamp(9) + b"line\n"),
        frame(stamp(9) + b"late\n", 2),
    ]
    fake.scripts[LOGS] = in_turn(
        streamed(*log[:4], cut=True),
        streamed(*log[:6], log[6][:20], cut=True),
        cut,
        cut,  # aiohttp tries twice by itself
        streamed(*log),
    )
    lines = [line async for line in host.logs.follow(CID, tail=1)]
    assert texts(lines) == ["a", "err", "b", "b", "b", "long line", "late"]
    second = next(r for r in fake.seen if "since" in r.query)
    assert second.query["since"] == f"{1795475399}.000000007"
    assert second.query["tail"] == "all"
    assert pauses.taken == [1.0, 1.0, 2.0]


async def test_a_follow_of_nothing_yet_goes_on_where_it_began(
    fake: Scripted, host: Host, pauses: Pauses
) -> None:
    fake.scripts[INSPECT] = in_turn(inspected(), inspected(running=False))
    fake.scripts[LOGS] = in_turn(streamed(cut=True), streamed(frame(stamp(1) + b"a\n")))
    assert texts([line async for line in host.logs.follow(CID)]) == ["a"]
    assert (fake.seen[-2].query["since"], fake.seen[-2].query["tail"]) == ("1795474800", "all")


async def test_a_follow_gives_up_in_the_end(fake: Scripted, host: Host, pauses: Pauses) -> None:
    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = in_turn(streamed(frame(stamp(1) + b"a\n"), cut=True), cut)
    with pytest.raises(DockerFault):
        async for _ in host.logs.follow(CID):
            pass
    assert pauses.taken == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30]


async def test_a_container_that_restarts_is_not_asked_without_a_pause(
    fake: Scripted, host: Host, pauses: Pauses
) -> None:
    fake.scripts[INSPECT] = in_turn(*[inspected()] * 4, inspected(running=False))
    fake.scripts[LOGS] = streamed()
    assert [line async for line in host.logs.follow(CID)] == []
    assert pauses.taken == [1, 2, 4]


async def test_a_follow_is_stopped_at_once(fake: Scripted, host: Host) -> None:
    async def endless(request: Request, writer: asyncio.StreamWriter) -> None:
        await begin(writer)
        for n in range(3):
            await chunk(writer, frame(stamp(n) + b"line\n"))
        await silence(request, writer)

    fake.scripts[INSPECT] = inspected()
    fake.scripts[LOGS] = endless
    seen: list[LogLine] = []
    three = asyncio.Event()

    async def read() -> None:
        async with aclosing(host.logs.follow(CID)) as lines:
            async for line in lines:
                seen.append(line)
                if len(seen) == 3:
                    three.set()

    task = asyncio.ensure_future(read())
    await three.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert host._streams._docker is not None
    assert not host._streams._docker.session.connector._acquired  # type: ignore[union-attr]  # it has one
