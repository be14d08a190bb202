"""What twenty builds at once cost another chat: its answer, with them and without, in turns.

Two people build ten images each, in steps that print all the time, so that twenty messages show how
far they are. Others ask for `/version`, each in a chat of their own and none twice in a row, as a
chat bears one message a second; the bot sends at Telegram's pace. It is the time from the update
being stored to the answer being handed to the HTTP client.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bench import pierhead
from bench.pierhead import OWNERS, PACED, PATIENCE, STORED, Pierhead
from bench.place import Place
from bench.sample import Sample
from bench.table import Row, times

_MS = 1000
_MORE = 50  # ms
_BUILDERS, _ASKING = OWNERS[:2], OWNERS[2:]
_DOCKERFILE = b"FROM busybox\nRUN while echo step; do sleep 0.2; done\n"
_BUTTON = "Cancel the build"


async def measure(
    place: Place, *, builds: int = 20, rounds: int = 3, asked: int = len(_ASKING)
) -> list[Row]:
    people = itertools.cycle(_ASKING)
    alone: list[float] = []
    beset: list[float] = []
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), PACED, heard=True) as bot,
    ):
        await _answers(bot, people, asked)
        for _ in range(rounds):
            alone += await _answers(bot, people, asked)
            await _begin(bot, builds)
            beset += await _answers(bot, people, asked)
            await _end(bot)
    what, bound = f"/version, {builds} builds at once", times(1, plus=_MORE, unit="ms")
    return [Row(what, "ms", Sample(tuple(beset)), "without", Sample(tuple(alone)), bound)]


async def _answers(bot: Pierhead, people: Iterator[int], count: int) -> list[float]:
    return [await bot.seconds("/version", next(people)) * _MS for _ in range(count)]


async def _begin(bot: Pierhead, builds: int) -> None:
    """Begin them, until each shows how far it is and can be cancelled."""
    for number in range(builds):
        person = _BUILDERS[number % len(_BUILDERS)]
        line = f"/build --network none --no-cache -t made:{number} -"
        await bot.telegram.private(person).send_document("Dockerfile", _DOCKERFILE, line)
        await bot.until(STORED)
    await _shown(bot, builds)


async def _end(bot: Pierhead) -> None:
    for person in _BUILDERS:
        await bot.telegram.private(person).send("/cancel")
        await bot.until(STORED)
    await _shown(bot, 0)


async def _shown(bot: Pierhead, builds: int) -> None:
    """Wait until so many messages have the button that ends a build."""
    phones = [bot.telegram.private(person) for person in _BUILDERS]

    def look() -> bool | None:
        every = (seen.buttons for phone in phones for seen in phone.history)
        return sum(buttons == [[_BUTTON]] for buttons in every) == builds or None

    await phones[0].until(look, f"not {builds} builds", PATIENCE)
