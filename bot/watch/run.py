"""One run of a schedule: its calls go through the pipeline as if its author had typed them now.

So they are limited, authorized with the rights that the author has then, and recorded. The run is
named after the time at which it was due: begun a second time, it is known to have been done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from bot.command.build import Builder
from bot.command.call import Actor, Call, Chat, Origin, Request
from bot.command.scheduled import label
from bot.errors import BotError, Denied
from bot.message import Untrusted
from bot.pipeline.journal import Journal
from bot.pipeline.record import row_of
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.reply import Outcome, Reply, Text
from storage import audit, schedules
from storage.calls import State
from storage.database import Connection
from storage.schedules import Schedule

log = logging.getLogger(__name__)

Store = Callable[[Connection], None]

_WELL = frozenset({Outcome.FINISHED, Outcome.CANCELLED})
# Of several hosts the worst counts, from here on down.
_WORST = (
    *(Outcome.UNKNOWN, Outcome.FAILED, Outcome.DENIED, Outcome.PARTIAL),
    *(Outcome.CANCELLED, Outcome.FINISHED),
)


def name_of(one: Schedule, at: float) -> str:
    """The id of the run that is due then."""
    return f"{one.bot}-s{one.id}-{round(at * 1000)}"


def request_of(one: Schedule, at: float) -> Request:
    """What its author would have asked for then; the number of its update is none of Telegram's."""
    return Request(
        update=-(round(at * 1000) * 1000 + one.id % 1000),
        actor=Actor(one.author, Untrusted(one.name), one.language),
        chat=Chat(one.chat, one.private, one.thread),
        text="",
        sent_at=at,
        origin=Origin.SCHEDULE,
    )


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """How a run has ended whose calls ended so."""
    return min(outcomes, key=_WORST.index, default=Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Runs:
    """Makes them; `run` is the pipeline."""

    journal: Journal
    builder: Builder
    run: Proceed

    async def __call__(self, one: Schedule, at: float) -> None:
        """Run what was claimed to its end, tell it, and write down how it ended."""
        request = request_of(one, at)
        try:
            outcome, reply = await self._outcome(one, request, name_of(one, at))
        except Exception:  # its record has the reference to it, if it has come so far
            log.exception("the run %s could not be brought to its end", name_of(one, at))
            outcome, reply = Outcome.UNKNOWN, None
        if reply is None or not self.heard(one):
            await self._ended(one, at, outcome)
            return
        parcel = await self.journal.desk.pack(request, reply, slot=f"{name_of(one, at)}:end")
        await self._ended(one, at, outcome, parcel.store)
        parcel.sent()

    def heard(self, one: Schedule) -> bool:
        """Whether the bot may speak there."""
        policy = self.builder.services.policy
        if not one.private:
            return policy.linked(one.chat)
        return policy.subject(one.author) is not None

    async def _outcome(
        self, one: Schedule, request: Request, name: str
    ) -> tuple[Outcome, Reply | None]:
        """How it ended, and what is still to be told of it."""
        try:
            calls = self.builder.scheduled(name, request, one.argv, one.host)
        except BotError as error:  # its host is there no more, or its command
            reply = told(error)
            return reply.outcome, worded(one, reply)
        if not (one.private or self.heard(one)):
            ends = [await self._denied(call, "the group is not linked") for call in calls]
            return worst(ends), None
        results = await asyncio.gather(*(self._one(one, call) for call in calls))
        untold = [reply for _, reply in results if reply is not None]
        return worst(outcome for outcome, _ in results), untold[0] if untold else None

    async def _one(self, one: Schedule, call: Call) -> tuple[Outcome, Reply | None]:
        """Run one call; what is refused before the audit is still to be told."""
        try:
            reply = await self.run(replace(call, told=partial(worded, one)))
        except Denied as error:
            reply = worded(one, told(error))
            return await self._denied(call, str(error)), reply
        except BotError as error:
            reply = told(error)
            return reply.outcome, worded(one, reply)
        finally:
            self.builder.forget(call)
        return reply.outcome, None

    async def _denied(self, call: Call, why: str) -> Outcome:
        """Record what ends before the pipeline's own record: its author is known no more."""
        journal = self.journal
        row = row_of(call, journal.bot, journal.instance, journal.clock())
        event = journal.event(row, State.DENIED) | {"detail": why}
        await journal.insist(lambda: journal.database.write(lambda c: audit.append(c, event)))
        return Outcome.DENIED

    async def _ended(self, one: Schedule, at: float, outcome: Outcome, *more: Store) -> None:
        name = name_of(one, at)

        def write(connection: Connection) -> None:
            schedules.ended(connection, name, outcome.value)
            for store in more:
                store(connection)

        await self.journal.insist(lambda: self.journal.database.write(write))


def worded(one: Schedule, reply: Reply) -> Reply:
    """An answer with what it is to; it rings if all is not well. A refusal is told but once."""
    if reply.outcome is Outcome.DENIED and one.outcome == Outcome.DENIED.value:
        return Reply((), outcome=reply.outcome)
    rings = reply.rings or reply.outcome not in _WELL
    return replace(reply, blocks=(*reply.blocks, Text(label(one))), rings=rings)
