"""State before action, outcome after: every step of an operation is one transaction.

A step is the operation's state, its audit row, and what must be told of it. The update that asked
is done in the same transaction as the answer, so a kill at any moment loses nothing and repeats
nothing: what was not begun is taken up again, what was begun is *unknown*.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from bot.command.call import Call, Origin, Request
from bot.command.plan import Item, dump, load
from bot.errors import Conflict
from bot.message import msg
from bot.pipeline.desk import Desk
from bot.pipeline.record import event_of, row_of
from bot.reply import Outcome, Reply, say
from bot.reply.redact import Redactor
from storage import audit, buttons, calls, inbox
from storage.calls import State
from storage.database import Connection, Database
from storage.errors import Closed, Forged, IllegalTransition, Refused, StorageError

log = logging.getLogger(__name__)

T = TypeVar("T")
_TAKEN = (msg("This was done before, or dropped."), msg("Nothing was done a second time."))
_PAUSE = 1.0  # seconds until what can't be written is tried again


class Repeated(Conflict):
    """Somebody was quicker: the operation is another tap's, or another bot's, to begin and end."""


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes the steps. `instance` is this process; `clock` gives seconds since the epoch."""

    database: Database
    desk: Desk
    redactor: Redactor
    instance: str
    bot: int
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def insist(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write until it goes through: the database is locked, or its disk full, for a while.

        Raises:
            StorageError: it can never go through.
        """
        while True:
            try:
                return await write()
            except (Closed, Forged, IllegalTransition, Refused):
                raise
            except StorageError as error:
                log.warning("again in %.0f s: %s", _PAUSE, error)
            await self.sleep(_PAUSE)

    async def requested(self, call: Call) -> State | None:
        """Write down what is asked, before anything happens; the state if it was known already."""
        row = self._row(call)

        def write(connection: Connection) -> State | None:
            known = calls.request(connection, row)
            if known is None:
                audit.append(connection, self._event(call, State.REQUESTED))
            return known

        return await self.database.write(write)

    async def started(self, call: Call) -> None:
        """Write down that it begins, and use up the button that let it.

        Raises:
            Repeated: its question was answered before, or it has begun or ended before.
            Conflict: the button that typed it was used before, or dropped.
        """
        targets = dump(call.items)

        def write(connection: Connection) -> type[Conflict] | None:
            now = self.clock()
            if not self._spent(connection, call):
                return Repeated if call.confirmation else Conflict
            try:
                calls.advance(
                    connection,
                    call.id,
                    State.STARTED,
                    now=now,
                    instance=self.instance,
                    targets=targets,
                )
            except IllegalTransition:
                return Repeated
            buttons.retire(connection, call.id, now)
            audit.append(connection, self._event(call, State.STARTED))
            return None

        late = await self.database.write(write)
        if late is not None:
            raise late(*_TAKEN)

    def _spent(self, connection: Connection, call: Call) -> bool:
        """Use up the button that lets it run; false if that was used before, or dropped.

        What only reads is tapped as often as one likes. The text of a tap is its button's id.
        """
        agreed, command, request = call.confirmation, call.command, call.request
        if agreed is not None:
            # It was answered when it was tapped, however long its turn took to come.
            return buttons.use(
                connection, agreed.button, call.actor.id, self.clock(), tapped=request.sent_at
            )
        if request.origin is not Origin.BUTTON or not (command.changes or command.asks):
            return True
        tapped = buttons.find(connection, request.text)
        return tapped is not None and self._used(connection, tapped, call.actor.id)

    def _used(self, connection: Connection, button: buttons.Button, person: int) -> bool:
        """Use it up, and those that are tied to it."""
        now = self.clock()
        if not buttons.use(connection, button.id, person, now):
            return False
        for other in json.loads(button.plan):
            buttons.use(connection, other, person, now)
        return True

    async def ended(self, call: Call, reply: Reply, detail: str | None = None) -> None:
        """Write down the outcome with its answer, and that the update is done with.

        Raises:
            Conflict: a question, and the button that asked for it has led to another.
        """
        parcel = await self.desk.pack(call.request, reply, call)
        state = State(reply.outcome.value)

        def write(connection: Connection) -> bool:
            now = self.clock()
            if not call.shares:
                inbox.done(connection, self.bot, call.request.update)
            if self._advanced(connection, call, state, detail):
                audit.append(connection, self._event(call, state, detail))
                buttons.retire(connection, call.id, now)
                asks_anew = state is State.AWAITING and call.confirmation is None
                if asks_anew and not self._spent(connection, call):
                    raise Conflict(*_TAKEN)
            elif call.confirmation:
                return False  # its message tells what became of it already
            parcel.store(connection)
            return True

        if await self.database.write(write):
            parcel.sent()

    def _advanced(
        self, connection: Connection, call: Call, state: State, detail: str | None
    ) -> bool:
        """Change its state; false if it has ended already: late, or dropped by somebody else."""
        targets = dump(call.subjects)
        try:
            calls.advance(
                connection,
                call.id,
                state,
                now=self.clock(),
                instance=self.instance,
                detail=detail,
                targets=targets,
            )
        except IllegalTransition as error:
            log.warning("%s", error)
            return False
        return True

    async def keep(self, call: Call, items: tuple[Item, ...]) -> None:
        """Write down what it knows by now: with that it goes on after a restart."""
        targets = dump(items)
        await self.insist(lambda: self.database.write(lambda c: calls.keep(c, call.id, targets)))

    async def late(self, call: Call, outcome: Outcome) -> None:
        """Write down that what was unknown has ended after all.

        Of several targets each ends by itself: the first decides the state, all are recorded.
        """
        state, detail = State(outcome.value), "finished late"

        def write(connection: Connection) -> bool:
            stored = calls.get(connection, call.id)
            if stored is not None and stored.state is State.STARTED:
                return False  # that it is unknown is about to be written down
            with suppress(IllegalTransition):
                calls.advance(connection, call.id, state, now=self.clock(), detail=detail)
            audit.append(connection, self._event(call, state, detail))
            return True

        while not await self.insist(lambda: self.database.write(write)):
            await self.sleep(_PAUSE)

    async def answered(self, requests: Sequence[Request], reply: Reply) -> None:
        """Answer requests that lead to no call, and be done with their updates."""
        parcel = await self.desk.pack(requests[-1], reply)

        def write(connection: Connection) -> None:
            parcel.store(connection)
            for request in requests:
                self.expire(connection, request)
                inbox.done(connection, self.bot, request.update)

        await self.database.write(write)
        parcel.sent()

    def expire(self, connection: Connection, request: Request) -> None:
        """What a kill left of it as asked for is not run any more."""
        for row in calls.requested_by(connection, self.bot, request.update):
            calls.advance(connection, row.id, State.EXPIRED, now=self.clock())
            audit.append(connection, self.event(row, State.EXPIRED))

    async def dismissed(self, request: Request, button: buttons.Button) -> bool:
        """Drop what a question was about; its message says so. False if it has begun or ended."""
        reply = say(msg("Not done. Nothing was changed."))
        slot = f"message:{request.message}"
        parcel = await self.desk.pack(request, reply, slot=slot)

        def write(connection: Connection) -> bool:
            inbox.done(connection, self.bot, request.update)
            if not self._dropped(connection, request, button):
                return False
            parcel.store(connection)
            return True

        dropped = await self.database.write(write)
        if dropped:
            parcel.sent()
        return dropped

    def _dropped(self, connection: Connection, request: Request, button: buttons.Button) -> bool:
        if button.call_id is None:
            return self._declined(connection, button, request.actor.id)
        now = self.clock()
        if not buttons.use(connection, button.id, request.actor.id, now):
            return False
        stored = calls.get(connection, button.call_id)
        if stored is None or stored.state is not State.AWAITING:
            return False
        calls.advance(connection, stored.id, State.CANCELLED, now=now)
        buttons.retire(connection, stored.id, now)
        audit.append(connection, self.event(stored, State.CANCELLED))
        return True

    def _declined(self, connection: Connection, button: buttons.Button, person: int) -> bool:
        """Drop all that is offered beside it; false if something of that was done."""
        others = [buttons.find(connection, other) for other in json.loads(button.plan)]
        if any(other is not None and other.used_by is not None for other in others):
            return False
        return self._used(connection, button, person)

    async def answer(self, call: Call, reply: Reply) -> None:
        """Answer although nothing could be written down: the database is locked, or full."""
        log.error("call %s could not be recorded; its answer goes out unrecorded", call.id)
        await self.desk.show(call.request, reply, call)

    def _row(self, call: Call) -> calls.Call:
        return row_of(call, self.bot, self.instance, self.clock())

    def _event(self, call: Call, state: State, detail: str | None = None) -> dict[str, object]:
        row, now = self._row(call), self.clock()
        return event_of(row, call.subjects, state, now, self.redactor, detail)

    def event(self, row: calls.Call, state: State) -> dict[str, object]:
        """What the audit keeps of a step of an operation that is known from its row alone."""
        return event_of(row, load(row.targets), state, self.clock(), self.redactor)
