"""`/run` with an Engine that goes away or does not answer, and a bot that is killed meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import Between, between
from tests.e2e.making import ADMIN, inspected, names, with_admin
from tests.e2e.processes import Process
from tests.e2e.talk import ask, shows
from tests.private_engine import Engine

JOURNAL = "bot.pipeline.journal:Journal"
CREATION = "bot.hosts.creation:Creation.create"
START = "bot.hosts.containers:Containers.start"


@pytest.fixture
async def socket(tmp_path: Path, engine: Engine) -> AsyncIterator[Between]:
    async with between(tmp_path, engine) as one:
        yield one


@pytest.fixture
def pierhead(
    telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock, socket: Between
) -> Pierhead:
    """A bot whose Engine is behind the socket."""
    made = with_admin(telegram, engine, tmp_path, clock)
    made.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    return made


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(ADMIN)


def cut(socket: Between) -> None:
    """End what is open; who comes again is let in."""
    for task in set(socket._tasks):
        task.cancel()


async def test_an_engine_that_is_lost_for_a_moment(
    pierhead: Pierhead, phone: Phone, engine: Engine, socket: Between, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run --name job busybox sh -c 'echo begun; sleep 1000'")
        await shows(seen, "begun")
        cut(socket)
        told = await shows(seen, "? job@local: The connection to Docker on local was cut.")
        assert "It runs on." in told.text
        assert told.buttons == [["Logs job"], ["Stop job@local…"]]
    assert inspected(engine, "job")["State"]["Running"]


async def test_an_engine_that_is_lost(
    pierhead: Pierhead, phone: Phone, engine: Engine, socket: Between, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run --name job busybox sh -c 'echo begun; sleep 1000'")
        await shows(seen, "begun")
        await socket.close()
        told = await shows(seen, "? job@local")
        assert "Whether it still runs, I can't see." in told.text
        assert told.buttons == []
        down = await ask(phone, "/run -d --name two busybox")
        assert "can't be reached" in down.text
        assert "Nothing was changed." in down.text
    assert names(engine) == {"job"}


@pytest.mark.parametrize(
    ("request_", "said"),
    [("/containers/create", "? create web@local"), ("/start", "? start web@local")],
)
async def test_an_answer_that_does_not_come(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    socket: Between,
    clock: Clock,
    request_: str,
    said: str,
) -> None:
    async with pierhead.running():
        await ask(phone, "/ps")
        socket.holds = lambda request: request_ in request
        clock.advance(2)
        phone.unseen()
        await phone.send("/run -d --name web busybox sleep 1000")
        await socket.held.wait()
        clock.advance(100)
        told = await phone.wait()
        assert told.text.startswith(said)
        assert "It may have been done all the same." in told.text
        socket.release()
    # what may run is not taken away
    assert names(engine) == {"web"}


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


async def answers(process: Process, telegram: Sandbox) -> list[Seen]:
    """What is said after a new start, up to the answer to a last question."""
    phone = telegram.private(OWNER)
    async with process.running():
        said = [await phone.wait(within=20)]
        await phone.send("/whoami")
        while "You may do everything" not in said[-1].text:
            said.append(await phone.wait(within=20))
    return said[:-1]


@pytest.mark.parametrize(
    ("step", "now"),
    [
        (f"{JOURNAL}.started:after", None),
        (f"{CREATION}:before", "web@local is not there now."),
        (f"{CREATION}:after", "web@local now: never started"),
        (f"{START}:before", "web@local now: never started"),
        (f"{START}:after", "web@local now: up "),
        (f"{JOURNAL}.ended:before", "web@local now: up "),
    ],
)
async def test_killed_in_the_middle(
    process: Process, telegram: Sandbox, engine: Engine, step: str, now: str | None
) -> None:
    await telegram.private(OWNER).send("/run -d --name web busybox sleep 1000")
    await process.dies(step)
    before = names(engine)
    said = await answers(process, telegram)
    assert len(said) == 1
    assert said[0].text.startswith("? run a container on local")
    assert (now or "What became of it, I can't see.") in said[0].text
    assert "I did not repeat it." in said[0].text
    assert names(engine) == before


async def test_killed_before_it_began_it_is_run_once(
    process: Process, telegram: Sandbox, engine: Engine
) -> None:
    await telegram.private(OWNER).send("/run -d busybox sleep 1000")
    await process.dies(f"{JOURNAL}.started:before")
    (said,) = await answers(process, telegram)
    (name,) = names(engine)
    assert said.text.startswith(f"Started {name}@local.")


async def test_with_rm_it_is_removed_also_if_the_bot_is_killed(
    process: Process, telegram: Sandbox, engine: Engine
) -> None:
    await telegram.private(OWNER).send("/run --rm --name job busybox sleep 1000")
    await process.dies(f"{START}:after")
    assert names(engine) == {"job"}
    engine.docker("kill", "job")
    (said,) = await answers(process, telegram)
    assert "job@local is not there now." in said.text
    assert names(engine) == set()
