"""What happens on an Engine, on a scripted one: hostile, forgetful, and cut off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.errors import DockerFault
from bot.hosts import Host
from bot.hosts.rows import Rows
from bot.hosts.types import Event, Gap
from tests.hosts.conftest import Clock
from tests.hosts.scripted import (
    CID,
    Request,
    Scripted,
    answer,
    begin,
    chunk,
    cut,
    in_turn,
    silence,
    streamed,
)

EVENTS = "GET /events"
NOW = {"SystemTime": "2027-01-15T08:00:00.5Z"}  # 1_800_000_000.5


def line(nanos: int, action: str = "start", **more: object) -> bytes:
    """An event as API 1.52 tells it: without `status`, `id` and `from`."""
    attributes = {"name": "web", "image": "nginx"}
    raw = {
        "Type": "container",
        "Action": action,
        "Actor": {"ID": CID, "Attributes": attributes},
        "scope": "local",
        "time": 1700000000,
        "timeNano": 1700000000_000000000 + nanos,
    }
    return json.dumps(raw | more).encode() + b"\n"


def actions(found: object) -> list[str]:
    assert isinstance(found, list | tuple)
    return [e.action.raw if isinstance(e, Event) else "…" for e in found]


@pytest.fixture
async def host(fake: Scripted, clock: Clock) -> AsyncIterator[Host]:
    """One that does not wait before it tries again."""

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0 if seconds < 60 else seconds)

    fake.scripts["GET /info"] = answer(NOW)
    made = Host("nas", fake.url, clock=clock, threads=2, timeout=60, sleep=at_once)
    yield made
    await made.close()


async def heard(host: Host, count: int, since: float | None = None) -> list[Event | Gap]:
    """So many of what is told."""
    found: list[Event | Gap] = []
    async with aclosing(host.events.follow(since, {})) as events:
        async for event in events:
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_the_past(fake: Scripted, host: Host) -> None:
    older = {"status": "die", "id": CID, "from": "nginx"}
    fake.scripts[EVENTS] = streamed(line(1)[:50], line(1)[50:] + line(2, "die", **older))
    found, whole = await host.events.past(5, 1800000000.25, {"type": ["container"]})
    assert (actions(found), whole) == (["start", "die"], True)
    assert found[0].at == (1700000000, 1)
    assert (found[0].type, found[0].id.raw, found[0].name.raw) == ("container", CID, "web")
    query = fake.seen[-1].query
    assert (query["since"], query["until"]) == ("5.000000000", "1800000000.250000000")
    assert json.loads(query["filters"]) == {"type": ["container"]}


async def test_what_the_engines_clock_has_not_reached_is_not_waited_for(
    fake: Scripted, host: Host
) -> None:
    fake.scripts[EVENTS] = streamed(line(1))
    await host.events.past(None, 1800000030, {})
    assert fake.seen[-1].query["until"] == "1800000000.500000000"
    assert await host.events.past(1800000020, 1800000030, {}) == ((), True)
    assert fake.asked.count(EVENTS) == 1
    fake.scripts["GET /info"] = answer({})
    await host.events.past(None, 1800000030, {})
    assert fake.seen[-1].query["until"] == "1800000030.000000000"


async def test_what_has_no_name_goes_by_its_id(fake: Scripted, host: Host) -> None:
    odd = line(1, Type="Über/../x", Actor={"ID": "data"}, timeNano=0)
    fake.scripts[EVENTS] = streamed(odd)
    (found,), _ = await host.events.past(None, 9, {})
    assert (found.name.raw, found.type, found.at) == ("data", "unknown", (1700000000, 0))
    assert fake.seen[-1].query["since"] == "0.000000000"
    assert "filters" not in fake.seen[-1].query


@pytest.mark.parametrize(
    "body",
    [
        b"no\n",
        b"[1]\n",
        b'{"Type": 7}\n',
        b'{"Actor": []}\n',
        b'{"timeNano": "x"}\n',
        b'{"timeNano": %d}\n' % 10**30,
        b'{"time": %d}\n' % 2**63,
        b'{"time": -1}\n',
        b'{"Actor": {"Attributes": {"a": 1}}}\n',
        b"[" * 9000 + b"\n",
    ],
)
async def test_what_is_no_event_is_told(fake: Scripted, host: Host, body: bytes) -> None:
    fake.scripts[EVENTS] = streamed(body)
    with pytest.raises(DockerFault, match="unexpected answer"):
        await host.events.past(None, 9, {})
    with pytest.raises(DockerFault, match="unexpected answer"):
        await heard(host, 1)


async def test_too_much_of_the_past_is_told(fake: Scripted, host: Host) -> None:
    big = line(1, "exec_start: " + "x" * 200_000)
    fake.scripts[EVENTS] = streamed(*[big] * 40)
    found, whole = await host.events.past(None, 9, {})
    assert (15 < len(found) < 40, whole) == (True, False)
    longer = line(2, "exec_start: " + "x" * 300_000)
    fake.scripts[EVENTS] = streamed(line(1), longer, line(3, "die"))
    found, whole = await host.events.past(None, 9, {})
    assert (actions(found), whole) == (["start", "die"], False)


async def test_what_comes_is_told_at_once(fake: Scripted, host: Host) -> None:
    async def one_and_no_more(_request: Request, writer: asyncio.StreamWriter) -> None:
        await begin(writer)
        await chunk(writer, line(1))
        await asyncio.Event().wait()

    fake.scripts[EVENTS] = one_and_no_more
    assert actions(await heard(host, 1)) == ["start"]
    assert "since" not in fake.seen[-1].query


async def test_after_a_break_nothing_comes_twice(fake: Scripted, host: Host) -> None:
    fake.scripts[EVENTS] = in_turn(
        streamed(line(1), line(2, "a"), line(2, "b"), cut=True),
        cut,
        streamed(line(2, "a"), line(2, "b"), line(3, "die")),
        silence,
    )
    assert actions(await heard(host, 4)) == ["start", "a", "b", "die"]
    assert fake.seen[-1].query["since"] == "1700000000.000000001"  # the first of that second


async def test_a_gap_that_cannot_be_closed_is_told(fake: Scripted, host: Host) -> None:
    fake.scripts[EVENTS] = in_turn(
        streamed(line(1), cut=True),
        streamed(line(9, "die")),
        streamed(line(9, "die"), line(10, "x")),
    )
    assert actions(await heard(host, 4)) == ["start", "…", "die", "x"]


async def test_before_the_first_one_it_goes_on_where_it_began(fake: Scripted, host: Host) -> None:
    fake.scripts[EVENTS] = in_turn(streamed(cut=True), streamed(line(1)))
    assert actions(await heard(host, 2)) == ["…", "start"]
    assert fake.seen[-1].query["since"] == "1795474800"  # the Engine's own clock
    fake.scripts[EVENTS] = in_turn(streamed(cut=True), streamed(line(1)))
    assert actions(await heard(host, 2, since=7)) == ["…", "start"]
    assert fake.seen[-1].query["since"] == "7.000000000"


async def test_an_engine_that_never_comes_back_is_told(fake: Scripted, host: Host) -> None:
    fake.scripts[EVENTS] = in_turn(streamed(line(1), cut=True), cut)
    with pytest.raises(DockerFault, match="was cut"):
        await heard(host, 2)
    assert 11 <= fake.asked.count(EVENTS) <= 22  # what reads of it may be sent twice
    fake.scripts[EVENTS] = answer({"message": "invalid filter 'x'"}, 400)
    with pytest.raises(DockerFault, match="refuses"):
        await heard(host, 1)


def test_rows_are_found_whatever_the_pieces() -> None:
    text = b"one\n\n  \ntwo\r\nthree"
    for size in range(1, len(text) + 1):
        rows = Rows(5)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert [row for piece in pieces for row in rows.feed(piece)] == [b"one", b"two"]
        assert not rows.dropped
        assert list(rows.feed(b"four five six\n")) == []
        assert rows.dropped
        assert list(rows.feed(b"seven\n")) == [b"seven"]
