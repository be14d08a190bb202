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
from bot.errors import BotError
from bot.message import Person, Tappable, Untrusted, msg
from bot.pipeline.journal import Journal
from bot.pipeline.record import row_of
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.reply import Outcome, Reply, Text, say
from storage import audit, schedules
from storage import calls as stored
from storage.calls import State
from storage.database import Connection
from storage.schedules import Schedule

log = logging.getLogger(__name__)

Store = Callable[[Connection], None]

_WELL = frozenset({Outcome.FINISHED, Outcome.UNCHANGED, Outcome.CANCELLED})
# Of several hosts the worst counts, from here on down.
_WORST = (
    *(Outcome.UNKNOWN, Outcome.FAILED, Outcome.DENIED, Outcome.PARTIAL),
    *(Outcome.CANCELLED, Outcome.FINISHED, Outcome.UNCHANGED),
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
        if (refused := self._refused(one)) is not None:
            why, answer = refused
            await self._denied(one, calls, why)
            return Outcome.DENIED, answer
        results = await asyncio.gather(*(self._one(one, call) for call in calls))
        untold = [reply for _, reply in results if reply is not None]
        return worst(outcome for outcome, _ in results), untold[0] if untold else None

    def _refused(self, one: Schedule) -> tuple[str, Reply | None] | None:
        """Why nothing of it runs, for the record, and what is told of that."""
        policy = self.builder.services.policy
        if not (one.private or policy.linked(one.chat)):
            return "the group is not linked", None
        if policy.subject(one.author) is not None:
            return None
        person = Person(Untrusted(one.name), one.author)
        verdict = msg("Not run: I don't know {person} any more.", person=person)
        rights = msg("It has their rights only. {ls} shows it.", ls=Tappable("/schedules"))
        return "its author is not known", worded(one, say(verdict, rights, outcome=Outcome.DENIED))

    async def _one(self, one: Schedule, call: Call) -> tuple[Outcome, Reply | None]:
        """Run one call, unless it was done before a kill.

        What is refused before the audit is still to be told: too much runs at once, and this time
        is lost.
        """
        try:
            row = await self.journal.database.read(lambda c: stored.get(c, call.id))
            if row is not None and row.state is not State.REQUESTED:
                return outcome_of(row.state), None
            reply = await self.run(replace(call, told=partial(worded, one)))
        except BotError as error:
            reply = replace(told(error), outcome=Outcome.FAILED)
            return reply.outcome, worded(one, reply)
        finally:
            self.builder.forget(call)
        return reply.outcome, None

    async def _denied(self, one: Schedule, calls: tuple[Call, ...], why: str) -> None:
        """Record, the first time, what ends before the pipeline's own record."""
        for call in calls:
            self.builder.forget(call)
        if one.outcome == Outcome.DENIED.value:
            return
        journal = self.journal
        rows = [row_of(call, journal.bot, journal.instance, journal.clock()) for call in calls]
        events = [journal.event(row, State.DENIED) | {"detail": why} for row in rows]

        def write(connection: Connection) -> None:
            for event in events:
                audit.append(connection, event)

        await journal.insist(lambda: journal.database.write(write))

    async def _ended(self, one: Schedule, at: float, outcome: Outcome, *more: Store) -> None:
        name = name_of(one, at)

        def write(connection: Connection) -> None:
            schedules.ended(connection, name, outcome.value)
            for store in more:
                store(connection)

        await self.journal.insist(lambda: self.journal.database.write(write))


def outcome_of(state: State) -> Outcome:
    """How an operation in this state has ended; what is only begun is unknown by now."""
    return Outcome.UNKNOWN if state is State.STARTED else Outcome(state.value)


def worded(one: Schedule, reply: Reply) -> Reply:
    """An answer with what it is to. A refusal is told but once.

    That nothing changed is told only to who had it run: else the schedule alone shows that it ran.
    It rings if all is not well, the first time: what fails every minute rings no one out of bed.
    """
    if reply.outcome is Outcome.DENIED and one.outcome == Outcome.DENIED.value:
        return Reply((), outcome=reply.outcome)
    if reply.outcome is Outcome.UNCHANGED and one.asked_at is None:
        return Reply((), outcome=reply.outcome)
    rings = reply.outcome not in _WELL and reply.outcome.value != one.outcome
    return replace(reply, blocks=(*reply.blocks, Text(label(one))), rings=rings)
