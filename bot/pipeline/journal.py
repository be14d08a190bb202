"""State before action, outcome after: every step of an operation is one transaction.

A step is the operation's state, its audit row, and what must be told of it. The update that asked
is done in the same transaction as the answer, so a kill at any moment loses nothing and repeats
nothing: what was not begun is taken up again, what was begun is *unknown*.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.command.call import Call, Request
from bot.command.plan import dump, load, of_target
from bot.errors import Conflict
from bot.message import msg
from bot.reply import Outcome, Reply, say
from bot.reply.redact import Redactor
from storage import audit, buttons, calls, inbox
from storage.calls import State
from storage.database import Connection, Database
from storage.errors import IllegalTransition

log = logging.getLogger(__name__)


class Parcel(Protocol):
    """A reply, put into messages and ready to be stored with the state that it tells."""

    def store(self, connection: Connection) -> None:
        """Put it into the outbox, in the caller's transaction."""

    def sent(self) -> None:
        """It is stored: have it delivered."""


class Desk(Protocol):
    """Where replies are made into messages: `bot.telegram.desk`."""

    async def pack(
        self, request: Request, reply: Reply, call: Call | None = None, *, slot: str | None = None
    ) -> Parcel:
        """Word and render it for who asked; `slot` names the message that it replaces."""

    async def show(self, request: Request, reply: Reply, call: Call | None = None) -> None:
        """Show it without storing it; of what is shown for one call, the last wins."""


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes the steps. `instance` is this process; `clock` gives seconds since the epoch."""

    database: Database
    desk: Desk
    redactor: Redactor
    instance: str
    bot: int
    clock: Callable[[], float]

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
            Conflict: the button was used before, or the operation has begun or ended before.
        """
        targets = dump(call.items)

        def write(connection: Connection) -> bool:
            now = self.clock()
            agreed = call.confirmation
            if agreed and not buttons.use(connection, agreed.button, call.actor.id, now):
                return False
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
                return False
            audit.append(connection, self._event(call, State.STARTED))
            return True

        if not await self.database.write(write):
            raise Conflict(
                msg("This was done before, or dropped."), msg("Nothing was done a second time.")
            )

    async def ended(self, call: Call, reply: Reply, detail: str | None = None) -> None:
        """Write down the outcome with its answer, and that the update is done with."""
        parcel = await self.desk.pack(call.request, reply, call)
        state = State(reply.outcome.value)

        def write(connection: Connection) -> None:
            now = self.clock()
            calls.advance(
                connection,
                call.id,
                state,
                now=now,
                instance=self.instance,
                detail=detail,
                targets=dump(call.items or tuple(map(of_target, call.targets))),
            )
            audit.append(connection, self._event(call, state, detail))
            buttons.retire(connection, call.id, now)
            parcel.store(connection)
            inbox.done(connection, self.bot, call.request.update)

        await self.database.write(write)
        parcel.sent()

    async def late(self, call: Call, outcome: Outcome) -> None:
        """Write down that what was unknown has ended after all."""
        state = State(outcome.value)

        def write(connection: Connection) -> None:
            calls.advance(connection, call.id, state, now=self.clock(), detail="finished late")
            audit.append(connection, self._event(call, state, "finished late"))

        await self.database.write(write)

    async def answered(self, requests: Sequence[Request], reply: Reply) -> None:
        """Answer requests that lead to no call, and be done with their updates."""
        parcel = await self.desk.pack(requests[-1], reply)

        def write(connection: Connection) -> None:
            parcel.store(connection)
            for request in requests:
                inbox.done(connection, self.bot, request.update)

        await self.database.write(write)
        parcel.sent()

    async def dismissed(self, request: Request, button: buttons.Button) -> None:
        """Drop what a question was about; its message says so."""
        reply = say(msg("Not done. Nothing was changed."))
        slot = f"message:{request.message}"
        parcel = await self.desk.pack(request, reply, slot=slot)

        def write(connection: Connection) -> None:
            now = self.clock()
            if buttons.use(connection, button.id, request.actor.id, now) and button.call_id:
                stored = calls.get(connection, button.call_id)
                if stored is not None and stored.state is State.AWAITING:
                    calls.advance(connection, stored.id, State.CANCELLED, now=now)
                    buttons.retire(connection, stored.id, now)
                    audit.append(connection, event_of(stored, State.CANCELLED, now))
            parcel.store(connection)
            inbox.done(connection, self.bot, request.update)

        await self.database.write(write)
        parcel.sent()

    async def answer(self, call: Call, reply: Reply) -> None:
        """Answer although nothing could be written down: the database is locked, or full."""
        log.error("call %s could not be recorded; its answer goes out unrecorded", call.id)
        await self.desk.show(call.request, reply, call)

    def _row(self, call: Call) -> calls.Call:
        request = call.request
        return calls.Call(
            id=call.id,
            bot=self.bot,
            instance=self.instance,
            command=call.command.name,
            argv=call.argv,
            actor=call.actor.id,
            chat=request.chat.id,
            created_at=self.clock(),
            update_id=request.update,
            thread=request.chat.thread,
            host=call.host_name,
            slot=call.slot,
            context=json.dumps(
                {
                    "name": call.actor.name.raw,
                    "language": call.actor.language,
                    "private": request.chat.private,
                    "message": request.message,
                    "sent_at": request.sent_at,
                    "origin": request.origin.value,
                }
            ),
        )

    def _event(self, call: Call, state: State, detail: str | None = None) -> dict[str, object]:
        """What the audit keeps of a step; what was typed passes the redaction."""
        items = call.items or tuple(map(of_target, call.targets))
        event: dict[str, object] = {
            "at": round(self.clock(), 3),
            "call": call.id,
            "actor": call.actor.id,
            "name": call.actor.name.raw,
            "chat": call.request.chat.id,
            "origin": call.request.origin.value,
            "command": call.command.name,
            "argv": self.redactor.json(list(call.argv)),
            "host": call.host_name,
            "targets": [{"name": i.name.raw, "id": i.id} for i in items],
            "outcome": state.value,
        }
        return event | ({"detail": detail} if detail else {})


def event_of(stored: calls.Call, state: State, at: float) -> dict[str, object]:
    """What the audit keeps of a step of an operation that is known from its row alone."""
    context = json.loads(stored.context)
    return {
        "at": round(at, 3),
        "call": stored.id,
        "actor": stored.actor,
        "name": context.get("name", "?"),
        "chat": stored.chat,
        "command": stored.command,
        "host": stored.host,
        "targets": [{"name": i.name.raw, "id": i.id} for i in load(stored.targets)],
        "outcome": state.value,
    }
