import asyncio
import contextvars
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import Conflict, DockerFault, NotFound
from bot.hosts import Host, Late
from bot.message import Untrusted
from tests.hosts.conftest import Clock
from tests.hosts.scripted import (
    CID,
    Gate,
    Request,
    Scripted,
    answer,
    begin,
    chunk,
    cut,
    in_turn,
    row,
    scripted,
    silence,
    streamed,
)

LIST = "GET /containers/json"
RESTART = f"POST /containers/{CID}/restart"
STOP = f"POST /containers/{CID}/stop"
# Long enough for a thread to begin on any machine.
SHORT = 0.5


def hints(error: DockerFault) -> list[str]:
    return [hint.one for hint in error.hints]


async def test_a_list_is_one_request(fake: Scripted, host: Host) -> None:
    fake.scripts[LIST] = answer([row()])
    for _ in range(3):
        assert [c.name.raw for c in await host.inventory.containers()] == ["web"]
    assert [str(r) for r in fake.seen] == ["GET /version", LIST, LIST, LIST]
    assert fake.seen[1].query["all"] == "1"
    assert fake.connections == 2


async def test_who_asks_for_the_same_list_at_once_shares_the_request(
    fake: Scripted, host: Host
) -> None:
    fake.scripts[LIST] = gate = Gate(answer([row()]))
    lists = [asyncio.ensure_future(host.inventory.containers()) for _ in range(8)]
    await gate.reached.wait()
    other = asyncio.ensure_future(host.inventory.containers(filters={"name": ["web"]}))
    gate.open.set()
    assert {len(found) for found in await asyncio.gather(*lists, other)} == {1}
    assert fake.asked == [LIST, LIST]
    await host.inventory.containers()
    assert fake.asked == [LIST, LIST, LIST]


async def test_a_list_that_was_begun_before_a_change_is_not_shared_after_it(
    fake: Scripted, host: Host
) -> None:
    old = Gate(answer([row()]))
    fake.scripts[LIST] = in_turn(old, answer([]))
    fake.scripts[STOP] = answer(b"", 204)
    before = asyncio.ensure_future(host.inventory.containers())
    await old.reached.wait()
    await host.containers.stop(CID)
    assert await host.inventory.containers() == ()
    old.open.set()
    assert len(await before) == 1


async def test_a_shared_request_that_fails_fails_for_all(fake: Scripted, host: Host) -> None:
    fake.scripts[LIST] = gate = Gate(answer({"message": "no"}, 400))
    lists = [asyncio.ensure_future(host.inventory.containers()) for _ in range(3)]
    await gate.reached.wait()
    lists[0].cancel()
    gate.open.set()
    ended = await asyncio.gather(*lists, return_exceptions=True)
    assert [type(e) for e in ended] == [asyncio.CancelledError, DockerFault, DockerFault]


async def test_making_a_host_asks_nobody() -> None:
    host = Host("nas", "unix:///nowhere/docker.sock")
    with pytest.raises(DockerFault) as caught:
        await host.inventory.containers()
    assert caught.value.message.one == "Docker on {host} can't be reached."
    assert not caught.value.unknown
    assert hints(caught.value) == ["Nothing listens there. Is Docker running?"]
    with pytest.raises(DockerFault) as caught:
        await host.containers.restart(CID)
    assert not caught.value.unknown
    assert hints(caught.value)[-1] == "Nothing was changed."
    await host.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
async def test_a_socket_that_may_not_be_used(fake: Scripted, tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys\n"
        "from bot.hosts import Host\n"
        "from bot.errors import DockerFault\n"
        "os.setuid(65534)\n"
        "async def main():\n"
        "    try: await Host('nas', sys.argv[1]).system.version()\n"
        "    except DockerFault as error: print(error.hints[0].one)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, fake.url]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert told.stdout == "I may not use its socket. {check} says how to mend that.\n", told.stderr


async def test_the_engine_comes_later_and_changes(clock: Clock) -> None:
    async with scripted() as fake:
        host = Host("nas", fake.url, clock=clock, timeout=60)
        fake.scripts[LIST] = answer([row()])
        await host.inventory.containers()
        fake.scripts["GET /info"] = answer({"ID": "A:B"})
        assert await host.engine_id() == await host.engine_id() == "A:B"
        assert fake.asked.count("GET /info") == 1
        fake.scripts[LIST] = in_turn(cut, answer([row()]))
        with pytest.raises(DockerFault) as caught:
            await host.inventory.containers()
        assert caught.value.message.one == "The connection to Docker on {host} was cut."
        fake.scripts["GET /version"] = answer({"ApiVersion": "1.50", "MinAPIVersion": "1.24"})
        fake.scripts["GET /info"] = answer({"ID": "../x y"})
        await host.inventory.containers()
        assert fake.asked.count("GET /info") == 1
        assert await host.engine_id() == ""
        await host.close()


async def test_a_silent_engine_is_left_alone_for_a_while(
    fake: Scripted, host: Host, clock: Clock
) -> None:
    fake.scripts[LIST] = answer([row()])
    await host.inventory.containers()
    fake.scripts[LIST] = fake.scripts["GET /version"] = silence
    host._link.timeout = SHORT
    for _ in range(2):
        with pytest.raises(DockerFault) as caught:
            await host.inventory.containers()
        assert caught.value.message.one == "No answer from Docker on {host} in {time}."
    seen = len(fake.seen)
    with pytest.raises(DockerFault) as caught:
        await host.containers.restart(CID)
    assert caught.value.message.one == "Docker on {host} is silent."
    assert not caught.value.unknown
    assert hints(caught.value) == ["Try again in {time}.", "Nothing was changed."]
    assert len(fake.seen) == seen
    clock.now += 15
    fake.scripts[LIST] = answer([row()])
    fake.scripts["GET /version"] = answer({"ApiVersion": "1.41"})
    host._link.timeout = 60
    assert len(await host.inventory.containers()) == 1


async def test_a_change_without_an_answer_is_unknown_and_told_when_it_ends(
    fake: Scripted, host: Host
) -> None:
    gate = asyncio.Event()

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await answer(b"", 204)(request, writer)

    fake.scripts[RESTART] = slow
    fake.scripts[LIST] = answer([])
    await host.inventory.containers()
    heard: asyncio.Queue[tuple[Late, str]] = asyncio.Queue()
    who = contextvars.ContextVar("who", default="nobody")
    host.late = lambda late: heard.put_nowait((late, who.get()))
    host._link.patience = SHORT
    who.set("call 1")
    with pytest.raises(DockerFault) as caught:
        await host.containers.restart(CID, timeout=0)
    assert caught.value.unknown
    assert hints(caught.value) == ["It may have been done all the same."]
    who.set("call 2")
    gate.set()
    late, caller = await heard.get()
    assert (late.error, caller) == (None, "call 1")


async def test_cancelling_a_change_does_not_lose_its_end(fake: Scripted, host: Host) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await gate.wait()
        await answer({"message": "cannot"}, 409)(request, writer)

    fake.scripts[RESTART] = slow
    heard: asyncio.Queue[Late] = asyncio.Queue()
    host.late = heard.put_nowait
    task = asyncio.ensure_future(host.containers.restart(CID))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard.empty()
    gate.set()
    late = await heard.get()
    assert isinstance(late.error, DockerFault)
    assert hints(late.error) == ["It may have been done in part."]
    assert len([r for r in fake.asked if "restart" in r]) == 1


async def test_a_change_that_has_not_begun_is_never_sent(fake: Scripted, host: Host) -> None:
    fake.scripts[RESTART] = silence
    fake.scripts[LIST] = answer([row()])
    tasks = [asyncio.ensure_future(host.containers.restart(CID)) for _ in range(10)]
    while fake.asked.count(RESTART) < 2 or host._link._changes._open < 10:  # noqa: ASYNC110 - threads set no event
        await asyncio.sleep(0)
    with pytest.raises(DockerFault) as caught:
        await host.containers.restart(CID)
    assert caught.value.message.one == "Docker on {host} has too much to do."
    assert hints(caught.value) == ["Nothing was changed."]
    assert len(await host.inventory.containers()) == 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert fake.asked.count(RESTART) == 2


@pytest.mark.parametrize(
    ("status", "kind", "unknown"),
    [
        (404, NotFound, False),
        (409, Conflict, False),
        (400, DockerFault, False),
        (403, DockerFault, False),
        (500, DockerFault, True),
    ],
)
async def test_what_the_engine_refuses(
    fake: Scripted, host: Host, status: int, kind: type[DockerFault], *, unknown: bool
) -> None:
    fake.scripts[STOP] = answer({"message": "<b>why</b>"}, status)
    with pytest.raises(kind) as caught:
        await host.containers.stop(CID)
    assert caught.value.message.values["why"] == Untrusted("<b>why</b>")
    assert getattr(caught.value, "unknown", False) == unknown


async def test_a_change_whose_connection_is_cut_is_unknown(fake: Scripted, host: Host) -> None:
    fake.scripts[RESTART] = cut
    with pytest.raises(DockerFault) as caught:
        await host.containers.restart(CID)
    assert caught.value.unknown


@pytest.mark.parametrize(
    "hostile",
    [
        answer(b"<html>"),
        answer({"a": 1}),
        answer([1]),
        answer([None]),
        answer([{"Id": "../../x"}]),
        answer([row(Names="web")]),
        answer([row(Labels=[1])]),
        answer([row(Created=[])]),
        answer(b"[" * 200_000),
        answer(b"[1" + b"0" * 5000 + b"]"),
        answer(b'"\xff"'),
        answer([{"Id": CID}] * 100_001),
        answer(b"[" + b"0," * 2_000_001 + b"0]"),
        answer(b"{}", 301),
    ],
)
async def test_hostile_answers(fake: Scripted, host: Host, hostile: object) -> None:
    fake.scripts[LIST] = hostile  # type: ignore[assignment]  # pytest's parameters have no type
    with pytest.raises(DockerFault) as caught:
        await host.inventory.containers()
    assert caught.value.message.one == "Docker on {host} gave an unexpected answer."


@pytest.mark.parametrize("said", [{}, {"ApiVersion": "x"}, [], "x"])
async def test_a_hostile_version(fake: Scripted, host: Host, said: object) -> None:
    fake.scripts["GET /version"] = answer(said)
    with pytest.raises(DockerFault):
        await host.system.version()


async def test_an_answer_that_breaks_off(fake: Scripted, host: Host) -> None:
    fake.scripts[LIST] = streamed(b"[", cut=True)
    with pytest.raises(DockerFault) as caught:
        await host.inventory.containers()
    assert caught.value.message.one == "The connection to Docker on {host} was cut."


async def test_an_answer_without_end(fake: Scripted, host: Host) -> None:
    async def endless(request: Request, writer: asyncio.StreamWriter) -> None:
        await begin(writer)
        while True:
            await chunk(writer, b" " * 1_000_000)

    fake.scripts[LIST] = endless
    with pytest.raises(DockerFault) as caught:
        await host.inventory.containers()
    assert caught.value.message.one == "Docker on {host} gave an unexpected answer."


def test_an_engine_that_hangs_does_not_keep_the_process(tmp_path: Path) -> None:
    code = (
        "import asyncio, tests.hosts.scripted as s\n"
        "from bot.hosts import Host\n"
        "async def main():\n"
        "    async with s.scripted() as fake:\n"
        "        fake.scripts['POST /containers/web/restart'] = s.silence\n"
        "        host = Host('nas', fake.url)\n"
        "        task = asyncio.ensure_future(host.containers.restart('web'))\n"
        "        while not fake.asked: await asyncio.sleep(0)\n"
        "        task.cancel()\n"
        "        await host.close()\n"
        "        print('closed')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr
