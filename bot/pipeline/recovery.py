"""After a kill: what had begun is looked at and told, never repeated; the rest is taken up again.

What only waits for something, and says that it resumes, goes on: `bot.pipeline.resume`. An upgrade
that could not be brought to an end, and was told as unknown, is tried again.

Only what belongs to instances that are dead: their lease is over, or, on this machine, their lock
is free. A second bot on the same database does not take over what the first is doing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

from bot.command.call import Call, at
from bot.command.grammar import parse
from bot.command.plan import Item, load
from bot.command.services import Services
from bot.command.spec import Command, Left
from bot.command.turns import Ticket, Turns
from bot.errors import BotError
from bot.hosts.resolve import Thing, names_of, target, things_of
from bot.hosts.types import Container, Kind, Stack
from bot.message import Message, Moment, Names, Untrusted, msg
from bot.pipeline.journal import Journal
from bot.pipeline.record import request_of, shares
from bot.pipeline.turn import keys_of
from bot.reply import Block, Button, Outcome, Reply, Text
from bot.reply.containers import state_of, up_of
from storage import audit, calls, inbox, instances, outbox, upgrades
from storage.calls import State
from storage.database import Connection

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Looks at what dead instances left behind.

    What is put right has its turn at its targets before anything that comes in.
    """

    journal: Journal
    services: Services
    resume: Callable[[calls.Call], Awaitable[bool]]
    turns: Turns
    _tickets: dict[str, Ticket] = field(default_factory=dict)

    async def take_over(self) -> list[calls.Call]:
        """Free what had not begun, and make this instance's what had; the latter is to be told."""
        begun, dead = await self.journal.database.write(self._take_over)
        if self.journal.database.locks is not None:
            self.journal.database.locks.forget(dead)
        for row in begun:
            if row.host is not None and self._mends(row):
                self._tickets[row.id] = self.turns.arrive(row.host)
        return begun

    def _mends(self, row: calls.Call) -> bool:
        """Whether more is done about it than to look: only what had a turn gets one again."""
        command = self.services.registry.get(row.command)
        return command is not None and command.changes and command.left is not None

    async def tell(self, begun: list[calls.Call]) -> None:
        """Look at what became of it, and tell; an Engine that is silent holds up nobody else.

        What goes on is over only when this is cancelled, or it has ended.
        """
        await asyncio.gather(*map(self._told, begun))

    async def _told(self, row: calls.Call) -> None:
        try:
            if not await self.resume(row):
                await self._tell(row)
        except Exception:
            # One row that can't be told must not keep the bot from starting, again and again.
            log.exception("what became of call %s can't be told", row.id)
        finally:
            if (ticket := self._tickets.pop(row.id, None)) is not None:
                self.turns.leave(ticket)

    def _take_over(self, connection: Connection) -> tuple[list[calls.Call], list[str]]:
        """What the dead had begun, and what they had still to send, is this instance's now.

        What they had not begun is new again. One transaction, so that of two bots that start
        together one tells, and not both.
        """
        locks, instance = self.journal.database.locks, self.journal.instance
        if locks is not None:
            instances.end(connection, locks.dead(instances.others(connection, instance)))
        dead = [i for i in instances.ended(connection, self.journal.clock()) if i != instance]
        inbox.reclaim(connection, dead)
        instances.forget(connection, dead)
        outbox.reclaim(connection, self.journal.bot, instance)
        begun = calls.begun(connection, self.journal.bot)
        for row in begun:
            calls.take_over(connection, row.id, instance)
            if not shares(row) and row.update_id is not None:
                # What is told of it is the answer: nobody may take the update for one that waits.
                inbox.done(connection, row.bot, row.update_id)
        return [*begun, *self._reopened(connection)], dead

    def _reopened(self, connection: Connection) -> list[calls.Call]:
        """What was told already, and is to be tried again: that is told by itself, not edited in.

        How often is up to the command, which counts the tries.
        """
        instance, unfinished = self.journal.instance, upgrades.unfinished()
        rows = calls.unknown(connection, self.journal.bot, unfinished)
        again = [row for row in rows if row.host in self.services.hosts and self._mends(row)]
        for row in again:
            calls.reopen(connection, row.id, instance, self.journal.clock())
            audit.append(connection, self.journal.event(row, State.STARTED))
        return [replace(row, slot=f"call:{row.id}:{instance}") for row in again]

    async def _tell(self, row: calls.Call) -> None:
        request = request_of(row)
        reply = await self._reply(row)
        state = State(reply.outcome.value)
        # What may hold secrets is told where it was answered, not where it was asked.
        command = self.services.registry.get(row.command)
        reply = replace(reply, private=reply.private or (command is not None and command.secret))
        call = self._known(row, command)
        parcel = await self.journal.desk.pack(request, reply, call, slot=row.slot)

        def write(connection: Connection) -> None:
            now = self.journal.clock()
            calls.advance(connection, row.id, state, now=now, instance=self.journal.instance)
            audit.append(connection, self.journal.event(row, state))
            parcel.store(connection)

        await self.journal.insist(lambda: self.journal.database.write(write))
        parcel.sent()

    async def _reply(self, row: calls.Call) -> Reply:
        command = self.services.registry.get(row.command)
        if command is not None and command.left is not None:
            try:
                return await self._mended(self._again(row, command), command.left)
            except (BotError, LookupError):
                log.warning("what became of call %s can't be looked at", row.id)
        if command is None or not command.changes:
            ended = msg("Ended: I was restarted.")
            return Reply((Text(ended),), outcome=Outcome.CANCELLED)
        items, host = load(row.targets), row.host or ""
        # Beside what has an id, what was only to be made of it is no target.
        targets = [item for item in items if item.id] or items
        names = Names(tuple(at(i.name, host) for i in targets))
        what = command.act.having(target=names, host=Untrusted(host))
        blocks: list[Block] = [
            Text(msg("? {what}", what=what)),
            Text(
                msg(
                    "It began at {time}. I was stopped before its end.", time=Moment(row.changed_at)
                )
            ),
            *(Text(line) for line in await self._now(items, host)),
            Text(msg("I did not repeat it.")),
        ]
        again = msg("{what!c}…", what=what) if command.asks_first else msg("{what!c}", what=what)
        buttons = ((Button(again, row.argv, host=row.host),),)
        return Reply(tuple(blocks), buttons=buttons, outcome=Outcome.UNKNOWN, rings=True)

    async def _mended(self, call: Call, left: Left) -> Reply:
        """What it comes to, once it has its turn."""
        ticket = self._tickets.get(call.id)
        if ticket is None:
            return await left(call)
        async with self.turns.hold(ticket, keys_of(call.items), asyncio.Event()):
            return await left(call)

    def _known(self, row: calls.Call, command: Command | None) -> Call | None:
        """What had begun, as a call, if it is about something that is known."""
        if command is None:
            return None
        try:
            return self._again(row, command)
        except (BotError, LookupError):
            return None

    def _again(self, row: calls.Call, command: Command) -> Call:
        """What had begun, as a call.

        Raises:
            LookupError: it is about nothing that is known.
        """
        words = row.argv[len(command.path) :]
        items = load(row.targets)
        if not items:
            raise LookupError(row.id)
        return Call(
            id=row.id,
            request=request_of(row),
            command=command,
            argv=row.argv,
            params=parse(command, words, row.host).params,
            services=self.services,
            slot=row.slot or f"call:{row.id}",
            target_host=self.services.hosts[row.host or ""],
            items=items,
        )

    async def _now(self, items: tuple[Item, ...], host: str) -> Iterable[Message]:
        """What the targets look like now; unknown where nothing can be seen."""
        engine = self.services.hosts.get(host)
        if engine is None or not items:
            return (msg("What became of it, I can't see."),)
        try:
            kinds = {item.kind for item in items}
            things = [thing for kind in kinds for thing in await things_of(engine, kind)]
        except BotError as error:
            return (msg("What became of it, I can't see:"), error.message)
        seen = [(target(thing, host), thing) for thing in things]
        found = {(t.kind, t.id): thing for t, thing in seen}
        # What was only to be made has no id yet, but it has its name.
        found |= {(t.kind, f"/{name}"): thing for t, thing in seen for name in names_of(thing)}
        return tuple(
            _line(item, found.get((item.kind, item.id or f"/{item.name.raw}")), host)
            for item in items
        )


def _line(item: Item, thing: Thing | None, host: str) -> Message:
    name = at(item.name, host)
    if item.kind in {Kind.BUILD_CACHE, Kind.PATH}:
        return msg("{name}: what became of it, I can't see.", name=name)
    if thing is None:
        return msg("{name} is not there now.", name=name)
    if isinstance(thing, Container):
        return msg("{name} now: {state}", name=name, state=state_of(thing))
    if isinstance(thing, Stack):
        return msg("{name} now: {state}", name=name, state=up_of(thing))
    if not item.id:
        return msg("{name} is there now.", name=name)
    return msg("{name} is still there.", name=name)
