"""The bot as a process that kills itself with SIGKILL at a given step: `python -m tests.e2e.dying`.

The step is `MODULE:NAME:before` or `MODULE:NAME:after`, NAME being a function or `Class.method`,
sync or async. Nothing of the bot knows of this: the function is replaced from outside. Without a
step it is a bot like any other.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from bot.app import App, Console
from bot.config import load
from bot.run import on_signal


def main() -> None:
    """Run the bot of the environment, with a step at which it dies in the arguments."""
    for step in sys.argv[1:]:
        arm(step)
    asyncio.run(_run())


async def _run() -> None:
    stop = asyncio.Event()
    on_signal(stop)
    app = App(load(None, os.environ), Console(_tell))
    running = asyncio.ensure_future(app.run(stop))
    await asyncio.wait(
        {running, asyncio.ensure_future(app.ready.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    _tell("ready")
    await running


def arm(step: str) -> None:
    """Replace a function by one that dies before it begins or after it has ended."""
    module, name, when = step.split(":")
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    setattr(owner, last, _dying(getattr(owner, last), before=when == "before"))


def _dying(work: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(work):

        @functools.wraps(work)
        async def die_async(*args: Any, **kwargs: Any) -> Any:
            if not before:
                await work(*args, **kwargs)
            _die()

        return die_async

    @functools.wraps(work)
    def die(*args: Any, **kwargs: Any) -> Any:
        if not before:
            work(*args, **kwargs)
        _die()

    return die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
