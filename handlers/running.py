"""What takes as long as it takes: it ends when somebody stops it, and shows how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.command.call import Call
from bot.errors import Cancelled
from bot.message import Message, msg
from bot.reply import Button, Reply, Verb

T = TypeVar("T")
_GROUP, _PRIVATE = 3.0, 1.0  # seconds between two edits of one message
_SOON = 0.3


async def unless_stopped(call: Call, work: Awaitable[T]) -> T:
    """What the work gives. Stopped, it is cancelled, and has ended when this returns.

    Raises:
        Cancelled: somebody stopped it.
    """
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(call.running.cancelled.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Cancelled(msg("Stopped: {what}", what=call.label))
        return task.result()
    finally:
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


@asynccontextmanager
async def shown(call: Call, view: Callable[[], Reply]) -> AsyncIterator[None]:
    """Show `view()` inside the block, soon and then as it changes, as often as a chat bears it."""
    task = asyncio.ensure_future(_show(call, view))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


async def _show(call: Call, view: Callable[[], Reply]) -> None:
    last: Reply | None = None
    sleep, pause = call.services.sleep, _PRIVATE if call.request.chat.private else _GROUP
    await sleep(_SOON)
    while True:
        now = view()
        if now != last:
            await call.show(now)
            last = now
        await sleep(pause)


def stop_button(label: Message) -> tuple[tuple[Button, ...], ...]:
    """The keyboard of what runs: `label` says what a tap ends."""
    return ((Button(label, verb=Verb.STOP),),)
