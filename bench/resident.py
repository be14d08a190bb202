"""What a bot costs that is just there: work while nobody asks, memory after thousands have asked.

Idle is `pierhead run` for twenty seconds, polling a Telegram that has nothing to tell. Memory is
resident memory after 1,000 commands and after 5,000: `/ps`, `/logs`, `/whoami` and `/help` in
turns, of sixteen people at once, among 150 containers. The second is beside the first, as it must
be level.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

from bench import pierhead, process
from bench.pierhead import OWNERS, Pierhead
from bench.place import Place
from bench.process import MIB
from bench.sample import Sample
from bench.table import Row, at_most, times

_COMMANDS = ("/ps", "/logs {log}", "/whoami", "/help")
_LEVEL = 1.05  # times as much, allocators being what they are


async def measure(
    place: Place,
    *,
    seconds: float = 20.0,
    few: int = 1000,
    many: int = 5000,
    containers: int = 150,
    log: int = 20 * MIB,
) -> list[Row]:
    await asyncio.to_thread(place.fleet, containers)
    await asyncio.to_thread(place.log, f"log-{log}", log)
    texts = [command.format(log=f"log-{log}") for command in _COMMANDS]
    # Two processes of their own: what one works is not counted as the other's.
    idle, (first, last) = await asyncio.gather(
        _idle(place, seconds), _memory(place, few, many, itertools.cycle(texts))
    )
    return [
        Row(f"idle for {seconds:g} s", "% of a core", idle, bound=at_most(0.5, "%")),
        Row(f"memory after {few:,} commands", "MiB", first, bound=at_most(125, "MiB")),
        Row(f"after {many:,}", "MiB", last, f"after {few:,}", first, times(_LEVEL)),
    ]


async def _idle(place: Place, seconds: float) -> Sample:
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), pierhead.PLAIN) as bot,
    ):
        await bot.ask("/ps")
        await telegram.called("setMyCommands", 2 * len(OWNERS), pierhead.PATIENCE)
        before = process.worked(bot.pid)
        await asyncio.sleep(seconds)
        return Sample.of((process.worked(bot.pid) - before) / seconds * 100)


async def _memory(
    place: Place, few: int, many: int, commands: Iterator[str]
) -> tuple[Sample, Sample]:
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder()) as bot,
    ):
        await bot.ask("/whoami")
        first = await _after(bot, itertools.islice(commands, few))
        return first, await _after(bot, itertools.islice(commands, many - few))


async def _after(bot: Pierhead, commands: Iterator[str]) -> Sample:
    """Memory after these commands, each person asking again once answered."""

    async def ask(person: int) -> None:
        for command in commands:
            await bot.ask(command, person)

    await asyncio.gather(*map(ask, OWNERS))
    return Sample.of(process.resident(bot.pid))
