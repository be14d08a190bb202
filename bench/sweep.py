"""What watching 150 running containers costs, and how soon `/stats` answers because of it.

A sweep is beside a bare one by aiodocker with the same requests: a list, then one sample of each at
the same time, decoded. Both are in this process, in turns; the CPU is that of all its threads. Then
the same on recorded answers of an Engine 26, which are there at once.
`/stats` is timed as `/ps` is, beside `docker stats --no-stream`. Then `pierhead run` is left alone
for a minute and more: it sweeps every 15 s, keeps the history, and follows the events.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable

import aiohttp
from aiodocker import Docker

from bench import pierhead, process
from bench.pierhead import Pierhead
from bench.place import Place
from bench.recorded import recorded
from bench.sample import Measure, Sample, in_turns
from bench.table import Bound, Row, at_most, times
from bot.hosts import Host
from sandbox.engine.images import BUSYBOX

_MS = 1000
_QUICK = (1, 44)  # Engine 25
_OLD_WALL, _NEW_WALL = 2.5, 0.5  # seconds
_GOOD = 30.0
_TRIES = 60
_FOLLOWS = 0.5  # seconds in which what does not fit into one message is sent behind it
_CLOSE = 0.05


async def measure(
    place: Place,
    *,
    containers: int = 150,
    rounds: int = 10,
    samples: int = 8,
    answers: int = 20,
    seconds: float = 90.0,
) -> list[Row]:
    await asyncio.to_thread(place.fleet, containers)
    return [
        *await _sweeps(place.engine, "", _wall(place), containers, rounds),
        *await _recorded(place, containers, rounds),
        await _figures(place, samples),
        *await _stats(place, containers, answers),
        *await _watching(place, containers, seconds),
    ]


async def _recorded(place: Place, containers: int, rounds: int) -> list[Row]:
    """The same on answers of an Engine 25, which are there at once."""
    async with recorded(place.folder() / "engine.sock", containers) as engine:
        wall = at_most(_NEW_WALL, "s")
        return await _sweeps(engine, ", answers of Engine 26", wall, containers, rounds)


async def _sweeps(engine: str, which: str, wall: Bound, containers: int, rounds: int) -> list[Row]:
    host = Host("bench", engine)
    docker = Docker(engine, session=_session(engine))
    worked: tuple[list[float], list[float]] = ([], [])
    ours = _timed(lambda: host.sampler.sweep(_GOOD), worked[0])
    bare = _timed(lambda: _bare(docker), worked[1])
    try:
        mine, theirs = await in_turns(rounds, ours, bare)
    finally:
        await host.close()
        await docker.session.close()
        await docker.close()
    cpu = [Sample(tuple(values[-rounds:])) for values in worked]
    what = f"sweep of {containers} containers{which}"
    return [
        Row(what, "s", mine, "aiodocker", theirs, wall),
        Row(f"{what}, CPU", "ms", cpu[0], "aiodocker", cpu[1], times(1.5)),
    ]


async def _figures(place: Place, samples: int) -> Row:
    """The CPU of a loop that may have half a core, as a sweep and as Docker's own program tell it.

    Docker's figure is of one second. Each is between two sweeps, so that both are of about the same
    time, whatever else the machine does; the means of several are compared.
    """
    limited = place.sdk.create_host_config(network_mode="none", nano_cpus=500_000_000)
    loop = ["sh", "-c", "while :; do :; done"]
    cid = place.sdk.create_container(BUSYBOX, loop, host_config=limited)["Id"]
    place.sdk.start(cid)
    host = Host("bench", place.engine)
    try:
        ours, theirs = [], []
        await host.sampler.sweep(_GOOD)
        for _ in range(samples):
            theirs.append(await asyncio.to_thread(_docker_cpu, place.engine, cid))
            ours.append((await host.sampler.sweep(_GOOD)).readings[cid].cpu or 0.0)
    finally:
        await host.close()
        place.sdk.remove_container(cid, force=True)
    mine, docker = Sample.of(statistics.mean(ours)), Sample.of(statistics.mean(theirs))
    close = Bound("within 5 %", lambda ours, beside: abs(ours - beside) <= _CLOSE * beside)
    return Row("CPU of half a core", "%", mine, "docker stats", docker, close)


def _docker_cpu(engine: str, cid: str) -> float:
    command = ["docker", "-H", engine, "stats", "--no-stream", "--format", "{{.CPUPerc}}", cid]
    return float(subprocess.check_output(command, text=True).strip().rstrip("%"))


def _session(engine: str) -> aiohttp.ClientSession:
    """As many connections as there are containers: its own limit is 100."""
    path = engine.removeprefix("unix://")
    return aiohttp.ClientSession(connector=aiohttp.UnixConnector(path, limit=0))


async def _bare(docker: Docker) -> None:
    params = {"stream": "0", "one-shot": "1"}
    found = await docker.containers.list()
    await asyncio.gather(
        *(docker._query_json(f"containers/{c.id}/stats", params=params) for c in found)  # noqa: SLF001 - what aiodocker itself calls; its own `stats` takes no `one-shot`
    )


def _timed(work: Callable[[], Awaitable[object]], worked: list[float]) -> Measure:
    """Seconds that it takes; `worked` gets the milliseconds of CPU."""

    async def measured() -> float:
        begun, busy = time.perf_counter(), time.process_time()
        await work()
        worked.append((time.process_time() - busy) * _MS)
        return time.perf_counter() - begun

    return measured


def _wall(place: Place) -> Bound:
    major, _, minor = place.sdk.version()["ApiVersion"].partition(".")
    return at_most(_NEW_WALL if (int(major), int(minor)) >= _QUICK else _OLD_WALL, "s")


async def _stats(place: Place, containers: int, answers: int) -> list[Row]:
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), heard=True, watch=True) as bot,
    ):
        await _until_swept(bot)

        async def ours() -> float:
            seconds = await bot.seconds("/stats")
            await asyncio.sleep(_FOLLOWS)
            return seconds * _MS

        async def theirs() -> float:
            return await asyncio.to_thread(_docker_stats, place.engine)

        (mine,) = await in_turns(answers, ours)
        (docker,) = await in_turns(2, theirs, warm=0)
    what = f"/stats, {containers} containers"
    return [Row(what, "ms", mine, "docker stats --no-stream", docker, at_most(100, "ms"))]


async def _until_swept(bot: Pierhead) -> None:
    """Return once `/stats` answers from a sweep: it says then how old that is."""
    for _ in range(_TRIES):
        seen = await bot.ask("/stats")
        await bot.until(pierhead.SENT)
        if seen.text.endswith(" ago."):
            return
        await asyncio.sleep(1)
    raise RuntimeError("the bot does not sweep")


def _docker_stats(engine: str) -> float:
    begun = time.perf_counter()
    command = ["docker", "-H", engine, "stats", "--no-stream"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * _MS


async def _watching(place: Place, containers: int, seconds: float) -> list[Row]:
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), pierhead.PLAIN, watch=True) as bot,
    ):
        await bot.ask("/ps")
        await asyncio.sleep(seconds / 3)  # what is done once at the start is not what it costs
        before, first = process.worked(bot.pid), process.resident(bot.pid)
        await asyncio.sleep(seconds)
        share = (process.worked(bot.pid) - before) / seconds * 100
        last = process.resident(bot.pid)
    what = f"watching {containers} containers"
    return [
        Row(what, "% of a core", Sample.of(share), bound=at_most(1.5, "%")),
        Row(f"{what}, memory", "MiB", Sample.of(last), bound=at_most(140, "MiB")),
        Row(
            f"the same after {seconds:g} s more",
            "MiB",
            Sample.of(last),
            "before",
            Sample.of(first),
            times(1.05),
        ),
    ]
