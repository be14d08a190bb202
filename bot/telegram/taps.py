"""A tap: what its button means, and whether this person may tap it here and now.

A tap brings back a random id. From another chat, message or person it is refused and recorded; one
that is old, used, double or too quick is answered and does nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.buckets import Buckets
from bot.command.build import Builder
from bot.command.call import Call, Confirmation, Origin
from bot.command.line import Line
from bot.command.operations import Operations
from bot.command.plan import load
from bot.command.spec import Command
from bot.message import Message, Span, msg
from bot.pipeline.record import attachment_of, origin_of
from bot.reply import Verb
from bot.telegram.keyboards import Live
from bot.telegram.tally import Tally
from bot.telegram.updates import Tap
from storage import audit, buttons, calls
from storage.database import Database
from storage.errors import Forged, StorageError

log = logging.getLogger(__name__)

_TAPS = 60  # a minute and person; each is looked up in the database
_TOO_QUICK = 1.5  # seconds in which a button that changes something was hardly read


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tap leads to: a toast, calls to run, or both; `dismissed` drops the action.

    `holds` is the button that no other tap may use until this one is `over`.
    """

    toast: Message | None = None
    calls: tuple[Call, ...] = ()
    dismissed: buttons.Button | None = None
    holds: str | None = None


class Taps:
    """Finds out what taps mean. `max_age` in seconds; `clock` gives seconds since the epoch.

    `refused` has those that are not recorded yet.
    """

    def __init__(
        self,
        database: Database,
        builder: Builder,
        operations: Operations,
        live: Callable[[str], Live | None],
        max_age: float,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._builder = builder
        self._operations = operations
        self._live = live
        self._max_age = max_age
        self._clock = clock
        self._busy: set[str] = set()
        self._rate = Buckets(_TAPS, _TAPS / 60, clock)
        self.refused = Tally(clock)

    def over(self, answer: Answer) -> None:
        """What a tap led to has ended."""
        if answer.holds is not None:
            self._busy.discard(answer.holds)

    async def look(self, tap: Tap, *, received_at: float, gap: bool) -> Answer:
        """What to do about a tap that came in then; `gap`: the first after a time without polls."""
        running = self._live(tap.data)
        if running is not None and running.key is None:
            return await self._stop(tap, running.call)
        wait = self._rate.take(tap.request.actor.id)
        if wait:
            return Answer(msg("Too much at once. Try again in {wait}.", wait=Span(max(1.0, wait))))
        stale = gap or self._clock() - received_at > self._max_age
        if running is not None:
            return self._press(tap, running, stale=stale)
        button = await self._find(tap)
        if button is None:
            await self._refused(tap)
            return Answer(msg("This button is not for you, or is no longer known."))
        why = self._unfit(button, stale=stale)
        return Answer(why) if why is not None else await self._taken(button, tap)

    async def _find(self, tap: Tap) -> buttons.Button | None:
        """The button, if it was made for this chat, message and person."""
        try:
            button = await self._database.read(lambda c: buttons.find(c, tap.data))
        except Forged:
            return None
        return button if button is not None and _belongs(button, tap) else None

    async def _taken(self, button: buttons.Button, tap: Tap) -> Answer:
        """What it means; one that is used up by that is held until it is over."""
        if button.call_id is None and not self._once(button):
            return await self._meaning(button, tap)
        if button.id in self._busy:
            return Answer(msg("This was answered already."))
        self._busy.add(button.id)
        try:
            return replace(await self._meaning(button, tap), holds=button.id)
        except BaseException:
            self._busy.discard(button.id)
            raise

    async def _stop(self, tap: Tap, call: str) -> Answer:
        operation = self._operations.get(call)
        if operation is None:
            return Answer(msg("It has ended already."))
        person = tap.request.actor.id
        policy = self._builder.services.policy
        here = tap.request.chat.id
        # What may hold secrets runs in the private chat although a group asked for it.
        mine = operation.owner == person and here in {operation.chat, person}
        theirs = here == operation.chat
        if not mine and not (
            theirs and policy.decide(person, "operation.cancel", operation.host).allowed
        ):
            return Answer(msg("Only who started it or an owner can stop it."))
        self._operations.cancel(operation, person)
        if not mine:  # its own record tells whose it was, not who ended it
            what = {"command": "tap", "call": call, "host": operation.host, "outcome": "finished"}
            detail = {"detail": f"stopped: {operation.command}"}
            await self._recorded(self._of(tap) | what | detail)
        return Answer(msg("Stopping."))

    def _press(self, tap: Tap, live: Live, *, stale: bool) -> Answer:
        """A key of a session: a call like that of a typed line."""
        request = tap.request
        session = self._builder.services.sessions.get(live.call)
        if session is None:
            return Answer(msg("It has ended already."))
        if (session.owner, session.chat) != (request.actor.id, request.chat.id):
            return Answer(msg("Only who opened it can type."))
        if stale:
            return Answer(msg("I was away when you tapped. Nothing was done: tap again."))
        return Answer(calls=(self._builder.press(request, session, live.key or ""),))

    def _unfit(self, button: buttons.Button, *, stale: bool) -> Message | None:
        now = self._clock()
        if button.used_at is not None:
            return msg("This was answered already.")
        if button.expires_at <= now:
            return msg("This is too old. Nothing was done. Type the command again.")
        if button.verb == Verb.STOP.value:
            return msg("It has ended already.")
        if stale:
            return msg("I was away when you tapped. Nothing was done: tap again.")
        # Under which message it is, is known as soon as the receipt of that message is written.
        unseen = button.message_id is None or button.shown_at is None
        if unseen or (now - (button.shown_at or 0.0) < _TOO_QUICK and self._acts(button)):
            return msg("That was quick. Read it, then tap again.")
        return None

    def _acts(self, button: buttons.Button) -> bool:
        """Whether a tap changes something, and no question stands between."""
        if button.verb != Verb.RUN.value:
            return button.verb == Verb.CONFIRM.value
        command = self._command(button)
        return command.changes and not command.asks_first

    def _once(self, button: buttons.Button) -> bool:
        """Whether it types what changes something, or asks: it is used up when that is done."""
        if button.verb != Verb.RUN.value:
            return False
        command = self._command(button)
        return command.changes or command.asks

    def _command(self, button: buttons.Button) -> Command:
        command, _ = self._builder.services.registry.resolve(Line(button.argv))
        return command

    async def _meaning(self, button: buttons.Button, tap: Tap) -> Answer:
        request = replace(tap.request, origin=Origin.BUTTON)
        match Verb(button.verb):
            case Verb.RUN:
                found = self._builder.tapped(request, button.argv, button.host)
                here = f"message:{request.message}"
                return Answer(
                    calls=tuple(replace(c, slot=here) for c in found) if button.inplace else found
                )
            case Verb.CONFIRM:
                call_id = button.call_id or ""
                row = await self._database.read(lambda c: calls.get(c, call_id))
                if row is None or row.state is not calls.State.AWAITING:
                    return Answer(msg("This was answered already."))
                agreed = Confirmation(button.id, load(button.plan))
                asked = replace(request, origin=origin_of(row), attachment=attachment_of(row))
                return Answer(
                    calls=(self._builder.again(row.id, asked, row.argv, row.host, agreed),)
                )
            case Verb.DISMISS:
                return Answer(dismissed=button)
            case _:
                return Answer(msg("It has ended already."))

    async def _refused(self, tap: Tap) -> None:
        """Record the first of an hour at once, and count the rest: thousands cost one row more."""
        person = tap.request.actor.id
        if self.refused.count(person) > 1:
            return
        why = "buttons of another chat, message or person, or none of ours"
        what = {"command": "tap", "outcome": "denied", "detail": why, "count": 1}
        if await self._recorded(self._of(tap) | what):
            self.refused.recorded([(person, 1)])

    def _of(self, tap: Tap) -> dict[str, object]:
        """Who has tapped, and where."""
        actor = tap.request.actor
        return {"actor": actor.id, "name": actor.name.raw, "chat": tap.request.chat.id}

    async def _recorded(self, what: Mapping[str, object]) -> bool:
        event = {"at": round(self._clock(), 3), **what}
        try:
            await self._database.write(lambda c: audit.append(c, event))
        except StorageError:
            log.exception("a tap could not be recorded")
            return False
        return True


def _belongs(button: buttons.Button, tap: Tap) -> bool:
    """Whether it was made for this chat, message and person."""
    request = tap.request
    return (
        button.chat == request.chat.id
        and button.message_id in {None, request.message}
        and button.person in {None, request.actor.id}
    )
