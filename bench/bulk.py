"""200 MB out of an Engine and into one, beside the SDK that does the same with a file.

What goes through is random, so that packing makes it no smaller. Of what comes out two ends are
told. Packed is when all of it lies on the bot's disk, compressed, hashed and in parts of 49 MB, so
that it may be handed to the HTTP client: beside it is the SDK writing what the Engine gives into
a file. Arrived is when the last part is at Telegram's. `/load` is of what `/save` has sent, from
the update being stored to the answer, beside `load_image` of the same file; with a Bot API server
of one's own, as Telegram's gives a bot 20 MB at most. Memory is the most that the bot has had until
all was done, less what it had before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from bench import pierhead, process
from bench.pierhead import OWNERS, PATIENCE, STORED, Pierhead
from bench.place import FOLDER, Place
from bench.sample import Measure, Sample, in_turns
from bench.table import Row, at_most, times
from sandbox import Phone, Seen

MB = 1_000_000
_NAME = "bulk"
_PACKED = "packed"
_MOST = 32  # MiB
_SPEED = times(1 / 0.7)


class _Ours:
    """A command to a bot. `arrived` in seconds and `grown` in MiB are of each time that it ran."""

    def __init__(self, bot: Pierhead, text: str) -> None:
        self.bot = bot
        self.text = text
        self.phone: Phone = bot.telegram.private(OWNERS[0])
        self.arrived: list[float] = []
        self.grown: list[float] = []

    async def out(self) -> float:
        """Run it and take all of its documents: seconds until they are packed."""
        async with self._watched():
            await self.phone.send(self.text)
            *_, stored = await self.bot.until(STORED)
            *_, packed = await self.bot.until(_PACKED)
            while not _ends(await self._seen()):
                pass
            self.arrived.append(time.monotonic() - stored.at)
        return packed.at - stored.at

    async def back(self, file: Path) -> float:
        """Send a file with it as the caption: seconds until it is answered."""
        async with self._watched():
            await self.phone.send_document("bulk.tar.gz", file, self.text)
            *_, stored = await self.bot.until(STORED)
            while not (await self._seen()).text.startswith("Loaded"):
                pass
            return time.monotonic() - stored.at

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        before = process.resident(self.bot.pid)
        process.forget_peak(self.bot.pid)
        yield
        self.grown.append(process.peak(self.bot.pid) - before)

    async def _seen(self) -> Seen:
        """What comes next, be it only how far it is."""
        seen = await self.phone.wait(within=PATIENCE)
        if seen.text.startswith(("Not ", "Docker on")):
            raise RuntimeError(seen.text)
        return seen


def _ends(seen: Seen) -> bool:
    """Whether it is the last document of an answer: "Part 5 of 5", or one without a word."""
    number, _, count = seen.text.removeprefix("Part ").partition(" of ")
    return seen.file is not None and (number == count or not count)


async def measure(place: Place, *, size: int = 200 * MB, rounds: int = 5) -> list[Row]:
    await asyncio.to_thread(place.bulk, _NAME, size)
    return [*await _outward(place, rounds), *await _inward(place, rounds)]


async def _outward(place: Place, rounds: int) -> list[Row]:
    sdk, file = place.sdk, place.folder() / "file"
    path = f"{FOLDER}/{_NAME}"
    commands: dict[str, tuple[str, str, Callable[[], Iterable[bytes]]]] = {
        "/save": (f"/save {_NAME}", "get_image", lambda: sdk.get_image(_NAME)),
        "/export": (f"/export {_NAME}", "export", lambda: sdk.export(_NAME)),
        "/cp, a file": (
            f"/cp {_NAME}:{path} -",
            "get_archive",
            lambda: sdk.get_archive(_NAME, path)[0],
        ),
        "/cp, a folder": (
            f"/cp {_NAME}:{FOLDER} -",
            "get_archive",
            lambda: sdk.get_archive(_NAME, FOLDER)[0],
        ),
    }
    rows: list[Row] = []
    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), heard=True) as bot,
    ):
        await bot.ask("/whoami")
        for what, (text, beside, chunks) in commands.items():
            ours = _Ours(bot, text)
            packed, written = await in_turns(rounds, ours.out, _timed(_write, chunks, file))
            arrived = Sample(tuple(ours.arrived[-rounds:]))
            rows += [
                Row(f"{what}, packed", "s", packed, beside, written, _SPEED),
                Row(f"{what}, arrived", "s", arrived, beside, written),
                _memory(what, ours),
            ]
    return rows


async def _inward(place: Place, rounds: int) -> list[Row]:
    async with (
        pierhead.telegram(local=True) as telegram,
        pierhead.running(telegram, place.engine, place.folder(), heard=True) as bot,
    ):
        await bot.ask("/whoami")
        saved = _Ours(bot, f"/save {_NAME}")
        await saved.out()
        file = place.folder() / "bulk.tar.gz"
        sent = [seen.file for seen in saved.phone.history if seen.file is not None]
        await asyncio.to_thread(sent[-1].save, file)
        ours = _Ours(bot, "/load")
        alone = _timed(_load, place, file)

        async def mine() -> float:
            await asyncio.to_thread(place.sdk.remove_image, _NAME)
            return await ours.back(file)

        async def theirs() -> float:
            await asyncio.to_thread(place.sdk.remove_image, _NAME)
            return await alone()

        loaded, beside = await in_turns(rounds, mine, theirs)
    return [Row("/load", "s", loaded, "load_image", beside, _SPEED), _memory("/load", ours)]


def _memory(what: str, ours: _Ours) -> Row:
    return Row(
        f"{what}, memory", "MiB more", Sample(tuple(ours.grown)), bound=at_most(_MOST, "MiB")
    )


def _timed(work: Callable[..., None], *args: object) -> Measure:
    """Seconds that it takes, in a thread."""

    async def measured() -> float:
        start = time.perf_counter()
        await asyncio.to_thread(work, *args)
        return time.perf_counter() - start

    return measured


def _write(chunks: Callable[[], Iterable[bytes]], path: Path) -> None:
    with path.open("wb") as file:
        for chunk in chunks():
            file.write(chunk)


def _load(place: Place, path: Path) -> None:
    with path.open("rb") as file:
        for _ in place.sdk.load_image(file):  # type: ignore[no-untyped-call]  # the SDK's own
            pass
