"""Ends what was started in a container, with what its image has."""

from __future__ import annotations

import asyncio
import io
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.hosts import Host
from bot.hosts.execs import Launch
from bot.hosts.reaper import Quarry, Trace, mark
from sandbox.engine.images import busybox
from tests.e2e.luck import eventually
from tests.private_engine import Engine

BARE = "bare:1"
BUSYBOX = "/own/busybox"
TREE = "trap '' TERM; setsid sleep 1101 & env -i sleep 1102 & sleep 1103; true"


@pytest.fixture
async def host(engine: Engine) -> AsyncIterator[Host]:
    made = Host("nas", engine.url)
    yield made
    await made.close()


def run(engine: Engine, *more: str, image: str = "busybox") -> None:
    command = ("sleep", "1000") if image == "busybox" else (BUSYBOX, "sleep", "1000")
    engine.docker("run", "-d", "--init", "--name", "web", *more, image, *command)


def bare(engine: Engine) -> None:
    """An image with no shell, and nothing else, on its path."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for folder in ("own", "etc", "tmp"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo("own/busybox")
        content = busybox().read_bytes()
        entry.mode, entry.size = 0o755, len(content)
        tar.addfile(entry, io.BytesIO(content))
    repository, _, tag = BARE.partition(":")
    engine.sdk.api.import_image_from_data(target.getvalue(), repository=repository, tag=tag)


def running(engine: Engine) -> list[str]:
    lines = engine.docker("top", "web", "-o", "pid,args").splitlines()[1:]
    found = [line.split(maxsplit=1)[1] for line in lines]
    return [line for line in found if "sleep 1000" not in line]


@asynccontextmanager
async def started(
    host: Host, engine: Engine, *command: str, user: str = "", tty: bool = False, count: int = 1
) -> AsyncIterator[tuple[Quarry, str]]:
    """One that runs, with so many processes, and is read."""
    variable = mark("1-1")
    launch = Launch(command, env=(variable,), user=user, tty=tty, stdin=tty)
    id_ = await host.execs.create("web", launch)
    async with host.execs.start(id_, tty=tty) as wire:

        async def read() -> None:
            while await wire.read():
                pass

        reading = asyncio.ensure_future(read())
        await eventually(lambda: len(running(engine)) >= count)
        yield Quarry("web", user, variable), id_
        reading.cancel()
        await asyncio.wait({reading})


@pytest.mark.parametrize("user", ["", "nobody"])
@pytest.mark.parametrize("tty", [False, True])
async def test_all_that_was_started_ends(
    host: Host, engine: Engine, user: str, *, tty: bool
) -> None:
    run(engine)
    engine.docker("exec", "-d", "web", "sleep", "1104")
    async with started(host, engine, "sh", "-c", TREE, user=user, tty=tty, count=5) as (it, id_):
        assert await host.reaper.end(it, id_, first="HUP" if tty else "TERM")
        assert not (await host.execs.inspect(id_)).running
        assert running(engine) == ["sleep 1104"]
        assert await host.reaper.sweep(it) is Trace.NOTHING


async def test_without_grep(host: Host, engine: Engine) -> None:
    run(engine)
    engine.docker("exec", "web", "rm", "/bin/grep")
    async with started(host, engine, "sh", "-c", TREE, count=4) as (it, id_):
        assert await host.reaper.end(it, id_)
        assert running(engine) == []


async def test_what_hides_its_mark_is_left_and_told(host: Host, engine: Engine) -> None:
    run(engine)
    hides = "setsid env -i setsid sleep 1105 & sleep 1106; true"
    async with started(host, engine, "sh", "-c", hides, count=3) as (it, id_):
        await host.reaper.end(it, id_)  # whether all has ended depends on when the mark was cleared
        assert "sleep 1106" not in running(engine)
        assert "sleep 1105" in running(engine)  # as nothing tells whose it is


async def test_after_a_restart_it_is_found_by_its_mark(host: Host, engine: Engine) -> None:
    run(engine)
    async with started(host, engine, "sh", "-c", TREE, count=4) as (it, _):
        assert await host.reaper.sweep(Quarry("web", "", mark("1-2"))) is Trace.NOTHING
        assert len(running(engine)) == 4
        assert await host.reaper.sweep(it) is Trace.ENDED
        assert running(engine) == []
        assert await host.reaper.sweep(it) is Trace.NOTHING


async def test_by_python_where_there_is_no_shell(host: Host, engine: Engine) -> None:
    bare(engine)
    mounts = [sys.base_prefix, "/lib", "/lib64", "/usr/lib"]
    volumes = [word for path in mounts for word in ("-v", f"{path}:{path}:ro")]
    run(engine, *volumes, "-e", f"PATH={sys.base_prefix}/bin", image=BARE)
    command = (BUSYBOX, "sh", "-c", f"trap '' TERM; {BUSYBOX} setsid {BUSYBOX} sleep 1107")
    async with started(host, engine, *command) as (it, id_):
        assert await host.reaper.end(it, id_)
        assert running(engine) == []
        assert await host.reaper.sweep(it) is Trace.NOTHING


async def test_where_there_is_nothing_to_end_it_with(host: Host, engine: Engine) -> None:
    bare(engine)
    run(engine, image=BARE)
    async with started(host, engine, BUSYBOX, "sleep", "1108") as (it, id_):
        assert not await host.reaper.end(it, id_)
        assert await host.reaper.sweep(it) is Trace.UNSEEN
        assert running(engine) == [f"{BUSYBOX} sleep 1108"]
    async with started(host, engine, BUSYBOX, "true", count=0) as (it, id_):
        assert (await host.execs.ended(id_)).code == 0
        assert await host.reaper.end(it, id_)  # it has ended by itself


async def test_in_a_container_that_does_not_run(host: Host, engine: Engine) -> None:
    run(engine)
    async with started(host, engine, "sleep", "1109") as (it, id_):
        engine.docker("pause", "web")
        assert not await host.reaper.end(it, id_)
        engine.docker("unpause", "web")
        engine.docker("kill", "web")
        assert await host.reaper.end(it, id_)
        engine.docker("rm", "web")
        assert await host.reaper.end(it, id_)
        assert await host.reaper.sweep(it) is Trace.UNSEEN


async def test_it_never_ends_the_first_process(host: Host, engine: Engine) -> None:
    """Although that says that it is ours."""
    engine.docker("run", "-d", "--name", "web", "-e", mark("1-1"), "busybox", "sleep", "1000")
    assert await host.reaper.sweep(Quarry("web", "", mark("1-1"))) is Trace.NOTHING
    assert engine.docker("inspect", "-f", "{{.State.Running}}", "web") == "true"
