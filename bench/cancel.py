"""From the tap on Cancel to the end of it on the Engine: a build, a pull, and an exec.

Of a build it is until its step does not run any more; of a pull, from a registry that hands out
a layer so slowly that it never ends, until the Engine has let go of the layer; of an exec, until
what it has started is gone from the container. The Engine's own time for it is part of the figure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench import pierhead
from bench.pierhead import OWNERS, PATIENCE, Pierhead
from bench.place import Place
from bench.sample import Sample
from bench.table import Row, at_most
from bench.trickle import NAME, Trickle
from sandbox import Phone, Seen

_DOCKERFILE = b"FROM busybox\nRUN sleep 100000\n"
_STEP, _NAME = "sleep 200000", "cancel"
_LOOK = 0.01  # seconds between two looks at the Engine
_BOUND = at_most(1, "s")


async def measure(place: Place, *, rounds: int = 5) -> list[Row]:
    builds: list[float] = []
    pulls: list[float] = []
    execs: list[float] = []
    await asyncio.to_thread(place.sleeper, _NAME)
    async with (
        Trickle().listening(place.engine) as registry,
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), registry=registry.address) as bot,
    ):
        for _ in range(rounds):
            builds.append(await _build(bot, place))
            pulls.append(await _pull(bot, registry))
            execs.append(await _exec(bot, place))
    return [
        Row("Cancel of a build", "s", Sample(tuple(builds)), bound=_BOUND),
        Row("Cancel of a pull", "s", Sample(tuple(pulls)), bound=_BOUND),
        Row("Stop of an exec", "s", Sample(tuple(execs)), bound=_BOUND),
    ]


async def _build(bot: Pierhead, place: Place) -> float:
    before = await _containers(place)
    phone = bot.telegram.private(OWNERS[0])
    await phone.send_document("Dockerfile", _DOCKERFILE, "/build --network none --no-cache -")
    shown = await _with_button(phone, "Cancel the build")
    await _until(place, lambda now: not now <= before)
    start = time.monotonic()
    tapped = asyncio.ensure_future(shown.tap("Cancel the build", within=PATIENCE))
    await _until(place, lambda now: now <= before)
    taken = time.monotonic() - start
    await tapped
    await _says(phone, "Cancelled")
    return taken


async def _pull(bot: Pierhead, registry: Trickle) -> float:
    registry.asked.clear()
    phone = bot.telegram.private(OWNERS[0])
    await phone.send(f"/pull {registry.address}/{NAME}")
    shown = await _with_button(phone, "Cancel the pull")
    async with asyncio.timeout(PATIENCE):
        await registry.asked.wait()
    start = time.monotonic()
    await shown.tap("Cancel the pull", within=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        given_up = await registry.given_up.get()
    await _says(phone, "Cancelled")
    return given_up - start


async def _exec(bot: Pierhead, place: Place) -> float:
    phone = bot.telegram.private(OWNERS[0])
    await phone.send(f"/exec {_NAME} {_STEP}")
    shown = await _with_button(phone, "Stop")
    await _until_it_runs(place, so=True)
    start = time.monotonic()
    tapped = asyncio.ensure_future(shown.tap("Stop", within=PATIENCE))
    await _until_it_runs(place, so=False)
    taken = time.monotonic() - start
    await tapped
    await _says(phone, ": stopped")
    return taken


async def _until_it_runs(place: Place, *, so: bool) -> None:
    """Look at the processes of the container until the step is, or is not, among them."""
    async with asyncio.timeout(PATIENCE):
        while (_STEP in await _processes(place)) != so:  # noqa: ASYNC110 - as below
            await asyncio.sleep(_LOOK)


async def _processes(place: Place) -> set[str]:
    found = await asyncio.to_thread(place.sdk.top, _NAME)
    return {row[-1] for row in found["Processes"]}


async def _until(place: Place, so: Callable[[set[str]], bool]) -> None:
    """Look at the containers that run until they are as wanted."""
    async with asyncio.timeout(PATIENCE):
        while not so(await _containers(place)):  # noqa: ASYNC110 - the Engine rings no bell of ours
            await asyncio.sleep(_LOOK)


async def _containers(place: Place) -> set[str]:
    found = await asyncio.to_thread(place.sdk.containers)
    return {one["Id"] for one in found}


async def _with_button(phone: Phone, label: str) -> Seen:
    while [label] not in (seen := await phone.wait(within=PATIENCE)).buttons:
        pass
    return seen


async def _says(phone: Phone, what: str) -> None:
    while what not in (await phone.wait(within=PATIENCE)).text:
        pass
