"""The bot in a process that kills itself with SIGKILL at a given step.

The step is `MODULE:NAME:before` or `MODULE:NAME:after`, NAME being a function or `Class.method`,
sync or async; with `:N` behind it, it is that of the Nth call. Nothing of the bot knows of this:
the function is replaced from outside. Without a step it is a bot like any other. Its clock can be
put on, and SIGUSR1 does so by two seconds. With `armed` false, steps count from SIGUSR2 on.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import itertools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from bot.app import App, Console
from bot.config import load
from bot.run import on_signal
from bot.terminal import Terminal


class Clock:
    """Real time, put on by signals."""

    def __init__(self, offset: float) -> None:
        self.offset = offset
        signal.signal(signal.SIGUSR1, self._later)

    def __call__(self) -> float:
        return time.time() + self.offset

    def _later(self, _number: int, _frame: FrameType | None) -> None:
        self.offset += 2.0


def main(
    environment: dict[str, str],
    outputs: str,
    steps: tuple[str, ...],
    later: float,
    config: Path | None = None,
    *,
    armed: bool = True,
) -> None:
    """Run the bot of an environment, with the steps at which it dies, `later` seconds from now.

    What it says goes to the file `outputs`.
    """
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(outputs, os.O_WRONLY | os.O_APPEND)
    for output in (1, 2):
        os.dup2(file, output)
    if armed:
        arm(*steps)
    else:
        signal.signal(signal.SIGUSR2, lambda *_: arm(*steps))
    asyncio.run(_run(Clock(later), config))


async def _run(clock: Clock, config: Path | None) -> None:
    stop = asyncio.Event()
    on_signal(stop)
    app = App(load(config, os.environ), Console(Terminal().tell), clock)
    await app.run(stop)


def arm(*steps: str) -> None:
    """Replace functions by such that die before they begin or after they have ended."""
    for step in steps:
        _arm(step)


def _arm(step: str) -> None:
    module, name, when, *nth = step.split(":")
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    count = int(nth[0]) if nth else 1
    setattr(owner, last, _dying(getattr(owner, last), before=when == "before", nth=count))


P = ParamSpec("P")
T = TypeVar("T")


def _dying(work: Callable[P, T], *, before: bool, nth: int) -> Callable[P, object]:
    calls = itertools.count(1)
    if inspect.iscoroutinefunction(work):

        @functools.wraps(work)
        async def die_async(*args: P.args, **kwargs: P.kwargs) -> object:
            if next(calls) < nth:
                return await work(*args, **kwargs)
            if not before:
                await work(*args, **kwargs)
            _die()
            return None

        return die_async

    @functools.wraps(work)
    def die(*args: P.args, **kwargs: P.kwargs) -> object:
        if next(calls) < nth:
            return work(*args, **kwargs)
        if not before:
            work(*args, **kwargs)
        _die()
        return None

    return die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
