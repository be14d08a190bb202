"""Ends what was started in a container, with all that it has started: Docker has no way for that.

An Engine lets a process run on whose connection was closed, and the id that it tells is the host's.
So each gets a variable in its environment, as Jenkins marks a build's, and a second process, run in
the same container as the same user, looks for it in `/proc`. That takes a shell or Python in the
image. Never as root in its place: the image's shell would get what the image was not given.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from bot.errors import BotError, NotFound
from bot.hosts.execs import Execs, Launch
from bot.hosts.frames import STDOUT
from bot.hosts.killers import WAYS

MARK = "PIERHEAD_EXEC"
_SAID = 4096
_PATIENCE = (2.0, 8.0)  # seconds for a helper, try by try: a busy machine is slow to start it
_UNKNOWN = b"0 ?"  # what is taken for its answer where none came
_LOOKS, _PAUSE = 8, 0.05  # how long it may take to end by itself
_SURE = 60  # looks after it was made to: a busy Engine notices late


def mark(operation: str) -> str:
    """The variable by which what an operation has started is found again, after a restart too."""
    return f"{MARK}={sha256(operation.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Quarry:
    """What shall end: where, whose, and the variable in its environment."""

    container: str
    user: str
    mark: str


class Trace(Enum):
    """What was found of it, and what became of that."""

    NOTHING = "nothing"
    ENDED = "ended"
    LEFT = "left"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A signal was sent by this of the ways: to how many, and whether some are left."""

    way: int
    met: int
    left: bool


class Reaper:
    """Ends processes on one Engine."""

    def __init__(self, execs: Execs) -> None:
        self._execs = execs

    async def end(self, quarry: Quarry, exec_id: str, *, first: str = "TERM") -> bool:
        """Ask all of it to end, and then make it; whether nothing of it is left.

        `first` is the signal that asks; KILL makes it at once. `exec_id` is the process that was
        started: the Engine has the last word about it. Its output must be read meanwhile: an Engine
        that can't get rid of it starts nothing else.
        """
        way = 0
        if first != "KILL":
            asked = await self._signal(quarry, first, way)
            if asked is None:
                return not await self._runs(exec_id)
            await self._gone(exec_id)
            way = asked.way
        made = await self._signal(quarry, "KILL", way)
        return made is not None and not made.left and await self._gone(exec_id, _SURE)

    async def sweep(self, quarry: Quarry) -> Trace:
        """Make what is left of it end, after a restart, when its id is not known any more."""
        made = await self._signal(quarry, "KILL", 0)
        if made is None:
            return Trace.UNSEEN
        if made.left:
            return Trace.LEFT
        return Trace.ENDED if made.met else Trace.NOTHING

    async def _signal(self, quarry: Quarry, signal: str, way: int) -> _Sent | None:
        """Send it by the first way that there is; None if there is none."""
        with suppress(BotError):
            for number, words in enumerate(WAYS[way:], way):
                said = await self._said(quarry, (*words, quarry.mark, signal))
                if said is not None:
                    met, *left = said.split() or _UNKNOWN.split()
                    return _Sent(number, int(met[:9]) if met.isdigit() else 0, bool(left))
        return None

    async def _said(self, quarry: Quarry, command: tuple[str, ...]) -> bytes | None:
        """What a helper says; None if it can't be run.

        For two seconds after a process has ended whose children still print, an Engine starts
        nothing else in the container: what it did not start in time is tried again.
        """
        for patience in _PATIENCE:
            with suppress(TimeoutError):
                return await self._run(quarry, command, patience)
        return _UNKNOWN

    async def _run(self, quarry: Quarry, command: tuple[str, ...], patience: float) -> bytes | None:
        """What a helper says; None if it can't be run."""
        said = bytearray()
        async with asyncio.timeout(patience):
            launch = Launch(command, user=quarry.user)
            helper = await self._execs.create(quarry.container, launch)
            async with self._execs.start(helper) as wire, aclosing(wire.parts(tty=False)) as parts:
                async for stream, part in parts:
                    said += part if stream == STDOUT else b""
                    if len(said) > _SAID:
                        break
            ended = await self._execs.ended(helper)
        return bytes(said) if ended.code == 0 and ended.pid else None

    async def _gone(self, exec_id: str, looks: int = _LOOKS) -> bool:
        """Whether it is gone, or goes in the next moments."""
        for _ in range(looks):
            if not await self._runs(exec_id):
                return True
            await asyncio.sleep(_PAUSE)
        return False

    async def _runs(self, exec_id: str) -> bool:
        """Whether the Engine sees it run; in doubt it does."""
        try:
            return (await self._execs.inspect(exec_id)).running
        except NotFound:  # the container has gone, and it with it
            return False
        except BotError:
            return True
