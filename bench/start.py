"""From the start of the process to the first answered update, beside the bare time of the imports.

Ours is `pierhead run` on a Telegram where `/ps` waits already: until that is answered. The imports
are those that `run` begins with, in a process that does nothing else. `pierhead run` is started
once on a database that exists, as at every restart, and once on none.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

from bench import pierhead
from bench.place import Place
from bench.sample import in_turns
from bench.table import Row, times
from sandbox import Sandbox

_IMPORTS = "import bot.run, os; os.write(1, b'.')"


async def measure(place: Place, *, rounds: int = 5, warm: int = 1) -> list[Row]:
    known = place.folder()
    async with pierhead.telegram() as telegram:

        async def again() -> float:
            return await _answered(telegram, place.engine, known)

        async def first() -> float:
            return await _answered(telegram, place.engine, place.folder())

        mine, new, theirs = await in_turns(rounds, again, first, _imported, warm=warm)
    return [
        Row("start to first answer", "s", mine, "imports", theirs, times(1.5)),
        Row("the same, new database", "s", new, "imports", theirs, times(1.5)),
    ]


async def _answered(telegram: Sandbox, engine: str, folder: Path) -> float:
    phone = telegram.private(pierhead.OWNERS[0])
    await phone.send("/ps")
    start = time.perf_counter()
    async with pierhead.running(telegram, engine, folder, pierhead.PLAIN):
        await phone.wait(within=pierhead.PATIENCE)
        return time.perf_counter() - start


async def _imported() -> float:
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _IMPORTS),
        cwd=pierhead.ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=PIPE,
    )
    if process.stdout is None or await process.stdout.read(1) != b".":
        raise RuntimeError("the bot cannot be imported")
    taken = time.perf_counter() - start
    await process.communicate()
    return taken
