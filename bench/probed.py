"""The bot as a process that tells what happens inside it: `python -m bench.probed`.

On standard output it tells when an update has been put into the inbox, when a write of the database
is committed, when documents lie packed on the disk, and when a call of the Bot API is handed to the
HTTP client: the time (of the
monotonic clock, which is the same in all processes) and the name. And it sends as fast as it can:
at Telegram's pace, 5,000 commands would take 80 minutes; with `--paced` it keeps to that. Nothing
of the bot knows of this: functions are replaced from outside.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from telegram.request import HTTPXRequest

from bot.app import App, Console
from bot.archive.parts import Parts, Sent
from bot.config import load
from bot.run import on_signal
from bot.telegram.door import Door
from bot.telegram.pace import Pace
from storage.database import Database

PACED = "--paced"
P = ParamSpec("P")
T = TypeVar("T")


def main() -> None:
    """Run the bot of the environment."""
    put = _telling(Door.put, lambda *_: "put update", after=True)
    write = _telling(Database.write, lambda _, fn: f"write {fn.__qualname__}", after=True)
    call = _telling(HTTPXRequest.do_request, _method, after=False)
    for owner, name, value in (
        (Door, "put", put),
        (Parts, "finish", _packed(Parts.finish)),
        (Database, "write", write),
        (HTTPXRequest, "do_request", call),
        (Pace, "wait", Pace.wait if PACED in sys.argv else lambda *_: 0.0),
    ):
        setattr(owner, name, value)
    asyncio.run(_run())


async def _run() -> None:
    stop = asyncio.Event()
    on_signal(stop)
    await App(load(None, os.environ), Console(lambda _: None)).run(stop)


def _method(_request: HTTPXRequest, url: str, *_: object, **__: object) -> str:
    return f"call {url.rpartition('/')[2]}"


def _packed(finish: Callable[[Parts], Sent]) -> Callable[[Parts], Sent]:
    """The same, telling when it is done."""

    def told(parts: Parts) -> Sent:
        sent = finish(parts)
        _tell("packed")
        return sent

    return told


def _telling(
    work: Callable[P, Awaitable[T]], name: Callable[..., str], *, after: bool
) -> Callable[P, Awaitable[T]]:
    """The same, telling its name and the time, before or after."""

    @functools.wraps(work)
    async def told(*args: P.args, **kwargs: P.kwargs) -> T:
        if not after:
            _tell(name(*args, **kwargs))
        result = await work(*args, **kwargs)
        if after:
            _tell(name(*args, **kwargs))
        return result

    return told


def _tell(what: str) -> None:
    now = time.monotonic()
    sys.stdout.write(f"{now!r} {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
