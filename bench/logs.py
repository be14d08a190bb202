"""`/logs --grep` over a log of 20 MiB, beside a bare read of the same log.

Once for a pattern that hardly a line matches, once for one that every line does.

Ours is the whole command, from the update being stored to the answer handed to the HTTP client. The
bare read is a socket from which all of the log is received and thrown away; beside it, for what
people would type instead, `docker logs | grep`. Memory is the most that the bot had meanwhile; it
must be the same for a log four times as big.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time

from bench import pierhead, process
from bench.pierhead import Pierhead
from bench.place import Place
from bench.process import MIB
from bench.sample import Sample, in_turns
from bench.table import Bound, Row, times

_PIECE = 128 * 1024
_RARE, _EVERY = "level=ERROR", "level="
_LEVEL = 4.0  # MiB that the peak may differ by, allocators being what they are


async def measure(
    place: Place, *, size: int = 20 * MIB, bigger: int = 80 * MIB, rounds: int = 5
) -> list[Row]:
    for one in (size, bigger):
        await asyncio.to_thread(place.log, f"log-{one}", one)
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), heard=True) as bot,
    ):

        async def rare() -> float:
            return await bot.seconds(_command(size, _RARE))

        async def every() -> float:
            return await bot.seconds(_command(size, _EVERY))

        async def bare() -> float:
            return await asyncio.to_thread(_bare, place, f"log-{size}")

        async def instead() -> float:
            return await _docker_logs(place, f"log-{size}")

        measures = [rare, every, bare] + ([instead] if shutil.which("docker") else [])
        few, many, read, *piped = await in_turns(rounds, *measures)
        peaks = [await _peak(bot, _command(one, _EVERY)) for one in (size, bigger)]
    what, bound = f"/logs --grep, {size / MIB:.3g} MiB", times(1.5)
    return [
        Row(what, "s", few, "bare read", read, bound),
        *(Row(what, "s", few, "docker logs | grep", sample) for sample in piped),
        Row("the same, every line matches", "s", many, "bare read", read, bound),
        _memory(size, bigger, *peaks),
    ]


def _command(size: int, pattern: str) -> str:
    return f"/logs --grep {pattern} log-{size}"


def _memory(size: int, bigger: int, small: float, big: float) -> Row:
    return Row(
        f"its memory, {bigger / MIB:.3g} MiB",
        "MiB",
        Sample.of(big),
        f"{size / MIB:.3g} MiB",
        Sample.of(small),
        Bound("constant", lambda ours, theirs: ours <= theirs + _LEVEL),
    )


async def _peak(bot: Pierhead, text: str) -> float:
    """The memory that the bot has while a command runs, at its most."""
    process.forget_peak(bot.pid)
    await bot.seconds(text)
    return process.peak(bot.pid)


def _bare(place: Place, name: str) -> float:
    """Read the log as fast as it comes; HTTP 1.0 has the Engine close after the last byte."""
    path = f"/containers/{name}/logs?stdout=1&stderr=1&tail=all"
    start = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(place.engine.removeprefix("unix://"))
        engine.sendall(f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
        while engine.recv(_PIECE):
            pass
    return time.perf_counter() - start


async def _docker_logs(place: Place, name: str) -> float:
    start = time.perf_counter()
    piped = await asyncio.create_subprocess_shell(
        f"docker logs {name} 2>&1 | grep {_RARE} > /dev/null",
        env={"PATH": os.environ["PATH"], "DOCKER_HOST": place.engine},
    )
    await piped.wait()
    return time.perf_counter() - start
