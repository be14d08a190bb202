"""The feed on a real Engine: what Docker itself does, and remembers, is the measure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.hosts import Host
from bot.hosts.subscription import Subscription
from bot.hosts.types import Event, Gap, Happening, Snapshot, Unreachable
from bot.watch.cursors import StoredCursors
from storage.database import Database
from tests.e2e.luck import between
from tests.private_engine import Engine

pytestmark = pytest.mark.engine

Until = Callable[[Happening], bool]


@pytest.fixture
async def cursors(tmp_path: Path) -> AsyncIterator[StoredCursors]:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db", ballast=0)
    yield StoredCursors(database, 1, "real", time.time)
    await database.close()


@asynccontextmanager
async def watched(url: str, cursors: StoredCursors) -> AsyncIterator[Subscription]:
    host = Host("real", url)
    with host.feed.subscribe() as happenings:
        run = asyncio.ensure_future(host.feed.run(cursors))
        try:
            yield happenings
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            await host.close()


async def told(happenings: Subscription, last: Until) -> list[Happening]:
    """What is told, up to this."""
    found: list[Happening] = []
    async with asyncio.timeout(30):
        while not (found and last(found[-1])):
            found.append(await anext(happenings))
    return found


def is_list(one: Happening) -> bool:
    return isinstance(one, Snapshot)


def has_ended(one: Happening) -> bool:
    return isinstance(one, Snapshot) and one.containers[0].state == "exited"


def rename(engine: Engine, name: str, times: int) -> None:
    """Give it another name so many times: `name` and a number."""
    for number in range(1, times + 1):
        engine.sdk.api.rename(name if number == 1 else f"app{number - 1}", f"app{number}")


def words(found: list[Happening], name: str) -> list[str]:
    """What happened to one container."""
    return [e.action.raw for e in found if isinstance(e, Event) and e.name.raw == name]


async def docker(engine: Engine, *arguments: str) -> str:
    return await asyncio.to_thread(engine.docker, *arguments)


async def test_what_happens_and_then_what_there_is(engine: Engine, cursors: StoredCursors) -> None:
    async with watched(engine.url, cursors) as happenings:
        (first,) = await told(happenings, is_list)
        assert isinstance(first, Snapshot)
        assert first.containers == ()
        await docker(engine, "run", "-d", "--name", "web", "--network", "none", "busybox", "true")
        await docker(engine, "wait", "web")
        found = await told(happenings, has_ended)
        assert [w for w in words(found, "web") if w != "attach"] == ["create", "start", "die"]


async def test_nothing_is_lost_over_a_cut_and_a_restart_of_the_bot(
    engine: Engine, cursors: StoredCursors, tmp_path: Path
) -> None:
    async with between(tmp_path, engine) as socket:
        async with watched(socket.url, cursors) as happenings:
            await told(happenings, is_list)
            await docker(engine, "create", "--name", "web", "--network", "none", "busybox", "true")
            assert words(await told(happenings, is_list), "web") == ["create"]
            await socket.close()
            await docker(engine, "rename", "web", "app")
            await told(happenings, lambda one: isinstance(one, Unreachable) and one.tries > 1)
            await socket.open()
            found = await told(happenings, is_list)
            assert words(found, "app") == ["rename"]
        await docker(engine, "rm", "app")
        async with watched(socket.url, cursors) as happenings:
            again = await told(happenings, is_list)
            assert words(again, "app") == ["destroy"]
    assert not any(isinstance(one, Gap) for one in [*found, *again])


async def test_more_than_docker_remembers_is_a_gap(
    engine: Engine, cursors: StoredCursors, tmp_path: Path
) -> None:
    await docker(engine, "create", "--name", "web", "--network", "none", "busybox", "true")
    async with between(tmp_path, engine) as socket, watched(socket.url, cursors) as happenings:
        await told(happenings, is_list)
        await docker(engine, "rename", "web", "app")
        await told(happenings, is_list)
        await socket.close()
        await asyncio.to_thread(rename, engine, "app", 260)
        await socket.open()
        found = await told(happenings, is_list)
        (gap,) = [one for one in found if isinstance(one, Gap)]
        assert gap.since is not None
        assert gap.until is not None
        assert gap.since < gap.until
        kept = [one for one in found if isinstance(one, Event)]
        assert [one.action.raw for one in kept] == ["rename"] * len(kept)
        assert kept[-1].name.raw == "app260"
