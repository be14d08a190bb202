"""Last stage: the handler runs as a task with an owner, a cancel path, and a time by which it ends.

A read that takes too long has failed. A change that takes too long is *unknown*: the Engine may
still do it. Its task lives on, and what it tells in the end is recorded as *finished late*.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from functools import partial

from bot.command.call import Call
from bot.command.operations import Operation
from bot.errors import Cancelled, DockerFault
from bot.hosts.link import Late
from bot.message import Span, msg
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.reply import Outcome, Reply

CURRENT: ContextVar[Call | None] = ContextVar("current call", default=None)
_GRACE = 0.8  # seconds in which a stream says its last word


class Deadline:
    """The stage; owns the tasks of handlers, also of those that come back late."""

    def __init__(self, journal: Journal, seconds: float) -> None:
        self._journal = journal
        self._limit = seconds
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """The handler's reply.

        Raises:
            Cancelled: when somebody stopped it.
            DockerFault: when its time is over.
        """
        operation = self._operation(call)
        running = replace(call, operation=operation, show=partial(self._show, call))
        CURRENT.set(running)
        task = asyncio.ensure_future(proceed(running))
        stop = asyncio.ensure_future(operation.cancelled.wait())
        call.services.operations.add(operation)
        try:
            await asyncio.wait(
                {task, stop},
                timeout=None if call.streams else self._seconds(call),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not task.done() and stop.done():
                await self._stop(call, task)
            return task.result() if task.done() else self._overdue(call, task)
        finally:
            stop.cancel()
            call.services.operations.remove(operation)
            if not task.done() and not call.command.changes:
                task.cancel()
                await asyncio.wait({task}, timeout=1.0)

    async def _show(self, call: Call, reply: Reply) -> None:
        await self._journal.desk.show(call.request, reply, call)

    async def close(self) -> None:
        """Give up on what is late; the next start tells that it is unknown."""
        for task in tuple(self._late):
            task.cancel()
        if self._late:
            await asyncio.wait(self._late, timeout=1.0)

    def _operation(self, call: Call) -> Operation:
        return Operation(
            id=call.id,
            owner=call.actor.id,
            chat=call.request.chat.id,
            command=call.command.name,
            host=call.host_name,
            started=call.services.clock(),
            streams=call.streams,
        )

    async def _stop(self, call: Call, task: asyncio.Future[Reply]) -> None:
        """Somebody stopped it: a stream ends by itself, what was sent to an Engine is awaited."""
        if call.command.changes:
            await asyncio.wait({task}, timeout=self._seconds(call))
        elif call.streams:
            await asyncio.wait({task}, timeout=_GRACE)
        if not task.done() and not call.command.changes:
            raise Cancelled(msg("Stopped: {what}", what=call.label))

    def _seconds(self, call: Call) -> float:
        return (call.command.deadline or self._limit) * max(1, len(call.items))

    def _overdue(self, call: Call, task: asyncio.Future[Reply]) -> Reply:
        after = Span(self._seconds(call))
        if not call.command.changes:
            raise DockerFault(msg("No answer after {time}: {what}", time=after, what=call.label))
        late = asyncio.ensure_future(self._record(call, task))
        self._late.add(late)
        late.add_done_callback(self._late.discard)
        raise DockerFault(
            msg("? {what}", what=call.label),
            msg("No answer after {time}. It may still be done.", time=after),
            msg("I don't repeat it. Look before you do."),
            unknown=True,
        )

    def heard(self, late: Late) -> None:
        """A host tells of a change that ended after its caller gave up: record it."""
        call = CURRENT.get()
        if call is None:
            return
        outcome = Outcome.FAILED if late.error else Outcome.FINISHED
        task = asyncio.ensure_future(self._journal.late(call, outcome))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _record(self, call: Call, task: asyncio.Future[Reply]) -> None:
        await asyncio.wait({task})
        failed = task.cancelled() or task.exception() is not None
        await self._journal.late(call, Outcome.FAILED if failed else task.result().outcome)
