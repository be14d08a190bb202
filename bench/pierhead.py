"""The bot as a process between a sandbox, in this process, and an Engine.

It is a process of its own, so that playing Telegram costs it nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import Person, Sandbox, Seen

TOKEN = "123456:AAbenchBENCHbenchBENCHbenchBENCHbenc"  # noqa: S105 - opens nothing
STRANGER = 666
OWNERS = tuple(range(1001, 1017))
PROBED = ("-m", "bench.probed")
PACED = (*PROBED, "--paced")
PLAIN = ("-m", "bot", "run")
STORED = "put update"
SENT = "call sendMessage"
PATIENCE = 60.0
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened inside the bot, and when."""

    at: float
    what: str


@dataclass(frozen=True, slots=True)
class Pierhead:
    """A running bot. What one tells that is heard is read by `until`, `seconds` and `rest`."""

    process: Process
    telegram: Sandbox

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def until(self, what: str) -> list[Told]:
        """What it tells, up to and with the next of these."""
        told: list[Told] = []
        while not told or told[-1].what != what:
            told.append(await self._next())
        return told

    async def ask(self, text: str, person: int = OWNERS[0]) -> Seen:
        """Have a person ask, and see the answer."""
        return await self.telegram.private(person).ask(text, within=PATIENCE)

    async def seconds(self, text: str, person: int = OWNERS[0]) -> float:
        """Ask: seconds from the update being stored to the answer given to the HTTP client."""
        phone = self.telegram.private(person)
        await phone.send(text)
        *_, stored = await self.until(STORED)
        *_, sent = await self.until(SENT)
        await phone.wait(within=PATIENCE)
        return sent.at - stored.at

    async def rest(self) -> list[Told]:
        """End it in an orderly way: what it has told that was not read yet."""
        self.process.terminate()
        said, _ = await self.process.communicate()
        return [_told(line) for line in said.splitlines()]

    async def _next(self) -> Told:
        if self.process.stdout is None:
            raise RuntimeError("this bot is not heard")
        async with asyncio.timeout(PATIENCE):
            return _told(await self.process.stdout.readline())


def _told(line: bytes) -> Told:
    if not line:
        raise RuntimeError("the bot has ended by itself")
    at, _, what = line.decode().strip().partition(" ")
    return Told(float(at), what)


@asynccontextmanager
async def telegram(*, local: bool = False) -> AsyncIterator[Sandbox]:
    """A Telegram with the owners and a stranger, which takes what comes as fast as it comes.

    `local`: it is the server of one's own that hands out files of any size, `telegram-bot-api`.
    """
    people = {number: Person(number, f"Owner {number}", "en") for number in OWNERS}
    people[STRANGER] = Person(STRANGER, "Sam", "en")
    async with Sandbox(TOKEN, people, limits=False, local=local) as server:
        yield server


@asynccontextmanager
async def running(
    server: Sandbox,
    engine: str,
    folder: Path,
    program: tuple[str, ...] = PROBED,
    *,
    heard: bool = False,
    registry: str = "",
    watch: bool = False,
) -> AsyncIterator[Pierhead]:
    """Run it until the block ends. It may not answer yet when the block begins.

    If it is `heard`, what it tells must be read. A `registry` is one that its config lists. Only if
    it is to `watch` does it anything unasked, which would be measured with what is asked.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        cwd=ROOT,
        env=environment(server, engine, folder)
        | _listed(registry)
        | {"PIERHEAD_FEATURES__WATCH": str(watch).lower()},
        stdin=DEVNULL,
        stdout=PIPE if heard else DEVNULL,
        stderr=DEVNULL,
    )
    try:
        yield Pierhead(process, server)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


def environment(server: Sandbox, engine: str, folder: Path) -> dict[str, str]:
    """Its configuration."""
    return {
        "PATH": os.environ["PATH"],
        "PIERHEAD_TELEGRAM__TOKEN": TOKEN,
        "PIERHEAD_TELEGRAM__BASE_URL": server.base_url,
        "PIERHEAD_TELEGRAM__LOCAL": str(server.world.files.local).lower(),
        "PIERHEAD_ACCESS__OWNERS": ",".join(map(str, OWNERS)),
        "PIERHEAD_HOSTS__LOCAL__URL": engine,
        "PIERHEAD_STORAGE__URL": f"sqlite:///{folder / 'bot.db'}",
        "PIERHEAD_LIMITS__RATE": "600",
    }


def _listed(registry: str) -> dict[str, str]:
    """What lists a registry: without a name and a password, only a file could.

    Who lists one lists all: the base of what is built is called after the hub.
    """
    keys = [
        f"PIERHEAD_REGISTRIES__{name.upper()}__" for name in (registry, "docker.io") if registry
    ]
    names = {f"{key}USERNAME": "anyone" for key in keys}
    return names | {f"{key}PASSWORD": "anything" for key in keys}
