"""What commands ask of the Engine, counted by a proxy in front of its socket.

`/ps` may ask once, however many containers there are; `/restart web` may ask twice beside the
restart itself. `/logs` may ask for the end of the log only: it is told how many lines it asked for,
and how many bytes of the log passed. What is counted is the same at each repetition, as the first
command after the start, which asks which version the Engine speaks, is left out.
"""

from __future__ import annotations

import asyncio
import math
import re

from bench import pierhead
from bench.pierhead import Pierhead
from bench.place import Place
from bench.process import MIB
from bench.proxy import Asked, Proxy
from bench.sample import Sample
from bench.table import Bound, Row, at_most

_REPEATED = 3
_MOST = 1.0  # MiB
_TAIL = re.compile(r"/logs\?.*\btail=(\w+)")


async def measure(place: Place, *, containers: int = 150, log: int = 20 * MIB) -> list[Row]:
    await asyncio.to_thread(place.fleet, containers)
    await asyncio.to_thread(place.log, f"log-{log}", log)
    folder = place.folder()
    async with (
        Proxy(place.engine, folder / "engine.sock").listening() as proxy,
        pierhead.telegram() as telegram,
        pierhead.running(telegram, proxy.url, folder) as bot,
    ):
        await bot.ask("/ps")
        listed = await _asked(bot, proxy, "/ps")
        restarted = await _asked(bot, proxy, "/restart -t 0 web")
        tail = await _asked(bot, proxy, f"/logs log-{log}")
        # Last and once, as its answer is several messages.
        most = await _asked(bot, proxy, f"/logs -n 10000 log-{log}", 1)
    beside = [[a for a in asked if not a.what.startswith("POST")] for asked in restarted]
    return [
        Row(f"/ps, {containers} containers", "requests", _count(listed), bound=at_most(1, "")),
        Row("/restart web, beside it", "requests", _count(beside), bound=at_most(2, "")),
        _lines("/logs", tail),
        _bytes("/logs", log, tail),
        _lines("/logs -n 10000", most),
        _bytes("/logs -n 10000", log, most),
    ]


async def _asked(
    bot: Pierhead, proxy: Proxy, text: str, repeated: int = _REPEATED
) -> list[list[Asked]]:
    """What each of some repetitions asked."""
    found = []
    for _ in range(repeated):
        before = len(proxy.asked)
        await bot.ask(text)
        found.append(proxy.asked[before:])
    return found


def _count(repetitions: list[list[Asked]]) -> Sample:
    return Sample(tuple(float(len(asked)) for asked in repetitions))


def _lines(what: str, repetitions: list[list[Asked]]) -> Row:
    """The most lines that were asked for."""
    asked = [[found[1] for a in one if (found := _TAIL.search(a.what))] for one in repetitions]
    most = tuple(max(math.inf if n == "all" else int(n) for n in one) for one in asked)
    bound = Bound("not all", lambda ours, _: ours < math.inf)
    return Row(f"{what}, asked for", "lines", Sample(most), bound=bound)


def _bytes(what: str, size: int, repetitions: list[list[Asked]]) -> Row:
    """The answer that is shown: one that grows beyond the bound is dropped, a smaller one asked."""
    used = tuple(
        [asked.answered / MIB for asked in one if "/logs" in asked.what][-1] for one in repetitions
    )
    said = f"{what}, of {size / MIB:.3g} MiB"
    return Row(said, "MiB", Sample(used), bound=at_most(_MOST, "MiB"))
