"""A stage: what is asked is written down before, and how it ended after, with its answer.

What ends as an error is turned into its answer here, so that both are one transaction. If nothing
can be written down, nothing that changes a host runs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from bot.command.call import Call
from bot.command.spec import Danger
from bot.errors import BotError, Conflict
from bot.message import Code, Message, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.pipeline.begin import UNRECORDED, Broken
from bot.pipeline.journal import Journal, Repeated
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.reply import Outcome, Reply, Text, say
from storage.calls import State
from storage.errors import StorageError

log = logging.getLogger(__name__)


def _noted(call: Call, reply: Reply) -> Reply:
    """As it is told, and with what was run, where that is not to the letter what was typed."""
    reply = call.told(reply)
    if call.read_as is None:
        return reply
    note = Text(msg("Read as: {line}", line=Untrusted(call.read_as)))
    return replace(reply, blocks=(*reply.blocks, note))


def _touched(call: Call, outcome: Outcome) -> tuple[Message, ...]:
    """Whether something may have been changed."""
    if not call.command.changes:
        return ()
    if outcome is Outcome.UNKNOWN:
        return (msg("It may have been done. Look before you repeat it."),)
    return (msg("Nothing was changed."),)


class Audit:
    """The stage. `reference` makes the short id by which a bug is found again in the log."""

    def __init__(self, journal: Journal, reference: Callable[[], str]) -> None:
        self._journal = journal
        self._reference = reference

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Record, pass on, record; the reply is stored and on its way when this returns."""
        try:
            known = await self._journal.requested(call)
        except StorageError:
            return await self._unrecorded(call, proceed)
        if known not in {None, State.REQUESTED} and not (
            known is State.AWAITING and call.confirmation
        ):
            return self._repeated()
        return await self._to_its_end(call, proceed)

    async def again(self, call: Call, proceed: Proceed) -> Reply:
        """The same for what was recorded as begun, before a restart."""
        return await self._to_its_end(call, proceed)

    async def _to_its_end(self, call: Call, proceed: Proceed) -> Reply:
        try:
            reply, error = await self._run(call, proceed)
        except Repeated as repeated:
            return told(repeated)  # who was quicker tells how it ends
        detail = ", ".join((*error, *call.notes)) or None
        reply = _noted(call, reply)
        try:
            await self._journal.ended(call, reply, detail)
        except Conflict as error:
            reply = told(error)
            await self._journal.insist(lambda: self._journal.ended(call, reply, str(error)))
        except StorageError:
            log.exception("the outcome of call %s could not be recorded", call.id)
            await self._journal.answer(call, reply)
            await self._journal.insist(lambda: self._journal.ended(call, reply, detail))
        except Exception as error:  # noqa: BLE001 - a reply that can't be made must not go unrecorded
            begun = reply.outcome not in {Outcome.FAILED, Outcome.DENIED, Outcome.CANCELLED}
            untouched = not (begun and call.command.changes)
            sorry, detail = self._bug(call, error, Outcome.FAILED if untouched else Outcome.UNKNOWN)
            await self._journal.insist(lambda: self._journal.ended(call, sorry, detail))
            return sorry
        return reply

    async def _run(self, call: Call, proceed: Proceed) -> tuple[Reply, tuple[str, ...]]:
        """The reply and, if it is that of an error, what the record tells of it."""
        try:
            return await proceed(call), ()
        except Repeated:
            raise
        except BotError as error:
            return told(error), (f"{type(error).__name__}: {error}",)
        except Exception as error:  # noqa: BLE001 - whatever it is, it has a record and an answer
            outcome = Outcome.UNKNOWN if isinstance(error, Broken) else Outcome.FAILED
            sorry, reference = self._bug(call, error, outcome)
            return sorry, (reference,)

    def _bug(self, call: Call, error: Exception, outcome: Outcome) -> tuple[Reply, str]:
        reference = self._reference()
        log.error("call %s failed, reference %s", call.id, reference, exc_info=error)
        sorry = msg("That went wrong: a bug of mine.")
        where = msg("In the bot's log: {reference}.", reference=Code(reference))
        return say(sorry, *_touched(call, outcome), where, outcome=outcome), reference

    async def _unrecorded(self, call: Call, proceed: Proceed) -> Reply:
        """Without a record only reading is allowed."""
        log.error("call %s could not be recorded", call.id)
        if call.command.danger > Danger.READ or call.streams:
            reply = say(refusal(call), *UNRECORDED, outcome=Outcome.FAILED)
        else:
            reply, _ = await self._run(call, proceed)
        await self._journal.answer(call, reply)
        return reply

    @staticmethod
    def _repeated() -> Reply:
        """It has begun or ended before: a second copy of its update came in."""
        error = Conflict(msg("This was done before."), msg("Nothing was done a second time."))
        return told(error)
