"""A stage: the handler runs as a task that can be stopped, with a time by which it ends.

A read that takes too long has failed. A change that takes too long is *unknown*: the Engine may
still do it. Its task lives on, and what it tells in the end is recorded as *finished late*.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from bot.command.call import Call, Origin
from bot.errors import BotError, Cancelled, DockerFault
from bot.hosts.link import Late
from bot.message import Span, msg
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.pipeline.told import outcome_of
from bot.reply import Outcome, Reply
from bot.tasks import Tasks

CURRENT: ContextVar[Call | None] = ContextVar("current call", default=None)
_GRACE = 0.8  # seconds in which a stream says its last word
_STUBBORN = 10.0  # seconds in which one that changes something ends, and says how far it got
_USUAL = 10.0  # seconds that Docker gives a container of which nothing else is said
_UNKNOWN = Outcome.UNKNOWN


class Deadline:
    """The stage; owns the tasks of handlers, also of those that come back late.

    `seconds` is how long a command may take if it does not say so itself; `sleep` takes seconds.
    """

    def __init__(
        self,
        journal: Journal,
        seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._limit = seconds
        self._sleep = sleep
        self._tasks = Tasks("what came late could not be recorded", expected=BotError)
        self._closed = False

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """The handler's reply.

        Raises:
            Cancelled: when somebody stopped it.
            DockerFault: when its time is over.
        """
        keep = partial(self._journal.keep, call)
        running = replace(call, show=partial(self._show, call), keep=keep)
        CURRENT.set(running)
        task = asyncio.ensure_future(proceed(running))
        stop = asyncio.ensure_future(call.running.cancelled.wait())
        timer = asyncio.ensure_future(self._timer(call))
        try:
            waits: set[asyncio.Future[Any]] = {task, stop, timer}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and stop.done():
                await self._stop(call, task, timer)
            return task.result() if task.done() else self._overdue(call, task)
        finally:
            stop.cancel()
            timer.cancel()
            await self._leave(call, task)

    async def close(self) -> None:
        """Give up on what is late; the next start tells that it is unknown."""
        self._closed = True
        await self._tasks.close()

    def heard(self, late: Late) -> None:
        """A host tells of a change that ended after its caller gave up: record it."""
        call = CURRENT.get()
        if call is None or self._closed or (late.error and outcome_of(late.error) is _UNKNOWN):
            return
        outcome = outcome_of(late.error) if late.error else Outcome.FINISHED
        self._tasks.own(self._journal.late(call, outcome))

    async def _show(self, call: Call, reply: Reply) -> None:
        if call.request.origin in {Origin.SCHEDULE, Origin.HEALING}:
            return  # nobody waits, and an answer that edits what was shown would not ring
        await self._journal.desk.show(call.request, reply, call, progress=True)

    async def _timer(self, call: Call) -> None:
        """Ends when its time is over; what streams takes its own."""
        if call.streams:
            await asyncio.Event().wait()
        await self._sleep(self._seconds(call))

    async def _leave(self, call: Call, task: asyncio.Future[Reply]) -> None:
        """A read that nobody waits for is ended; what was sent to an Engine goes on."""
        if task.done():
            return
        if call.command.changes:
            self._tasks.own(task)
            return
        task.cancel()
        await asyncio.wait({task}, timeout=1.0)
        if not task.done():
            self._tasks.own(task)

    async def _stop(
        self, call: Call, task: asyncio.Future[Reply], timer: asyncio.Future[None]
    ) -> None:
        """Somebody stopped it: a stream ends by itself, what was sent to an Engine is awaited."""
        if call.streams:
            await asyncio.wait({task}, timeout=_rest(call))
        elif call.command.changes:
            waits: set[asyncio.Future[Any]] = {task, timer}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return
        if not call.command.changes:
            raise Cancelled(msg("Stopped: {what}", what=call.label))
        if call.streams:
            task.cancel()
            raise _stubborn(call)

    def _seconds(self, call: Call) -> float:
        """Its time, and for each thing what that is given to end by itself."""
        grace = float(call.params.get("time") or 0)
        return ((call.command.deadline or self._limit) + grace) * max(1, len(call.items))

    def _overdue(self, call: Call, task: asyncio.Future[Reply]) -> Reply:
        after = Span(self._seconds(call))
        if not call.command.changes:
            raise DockerFault(msg("No answer after {time}: {what}", time=after, what=call.label))
        self._tasks.own(self._record(call, task))
        raise DockerFault(
            msg("? {what}", what=call.label),
            msg("No answer after {time}. It may still be done.", time=after),
            msg("I don't repeat it. Look before you do."),
            unknown=True,
        )

    async def _record(self, call: Call, task: asyncio.Future[Reply]) -> None:
        """Wait for what is overdue, and write down how it ended, if that is known then."""
        await asyncio.wait({task})
        if task.cancelled():
            return
        match task.exception():
            case None:
                outcome = task.result().outcome
            case BotError() as error:
                outcome = outcome_of(error)
            case _:
                return  # a bug, which is logged where the task is owned
        if outcome is not _UNKNOWN:
            await self._journal.late(call, outcome)


def _rest(call: Call) -> float:
    """How long a stream that is stopped may take: a container gets the time that it was given."""
    if not call.command.changes:
        return _GRACE
    if "stop_timeout" not in call.params:
        return _STUBBORN
    return _STUBBORN + max(_USUAL, call.params["stop_timeout"] or 0)


def _stubborn(call: Call) -> DockerFault:
    """It was told to stop, and did not say how far it got."""
    return DockerFault(
        msg("? {what}", what=call.label),
        msg("It was stopped, and did not tell how far it got."),
        msg("I don't repeat it. Look before you do."),
        unknown=True,
    )
