"""Replies to the message of a session: what they are typed into, or that it has ended.

All that its opener replies is for the program, also what begins with a slash. What came too late is
not typed, and that is said once.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.command.build import Builder
from bot.command.call import Request
from bot.command.grammar import parse
from bot.command.sessions import Session
from bot.command.spec import Command
from bot.message import Message, Span, msg
from bot.recent import Recent
from bot.reply import Reply, say
from storage import calls, slots
from storage.database import Connection, Database
from storage.errors import Forged

_TOLD = 256
_OPERATION, _PRIVATE = "call:", ":private"
_NOTHING = msg("Nothing was typed.")


class Replies:
    """Finds sessions. `number` tells which message a slot is; `late` as for the dispatcher."""

    def __init__(
        self,
        database: Database,
        builder: Builder,
        number: Callable[[int, str], int | None],
        late: Callable[[float], float | None],
    ) -> None:
        self._database = database
        self._builder = builder
        self._number = number
        self._late = late
        self._told: Recent[tuple[int, int | None, str], None] = Recent(_TOLD)

    def session(self, request: Request) -> Session | None:
        """The session of this run that it is for: at once, so that the order stays."""
        if request.reply_to is None:
            return None
        sessions = self._builder.services.sessions
        return next((one for one in sessions if self._is_for(one, request)), None)

    async def was(self, request: Request) -> bool:
        """Whether it is for a session of an earlier run."""
        number, bot = request.reply_to, self._builder.bot
        if number is None:
            return False

        def read(connection: Connection) -> calls.Call | None:
            slot = slots.under(connection, bot, request.chat.id, number) or ""
            found = slot.removeprefix(_OPERATION).removesuffix(_PRIVATE)
            return calls.get(connection, found) if slot.startswith(_OPERATION) else None

        try:
            row = await self._database.read(read)
        except Forged:
            return False
        if row is None or row.actor != request.actor.id:
            return False
        return _is_session(self._builder.services.registry.get(row.command), row)

    def unfit(self, request: Request, session: Session | None) -> Message | None:
        """Why it can't be typed."""
        if session is None or not session.open:
            return msg("This session has ended.")
        if not session.typist:
            return msg("It takes no input.")
        age = self._late(request.sent_at)
        if age is not None:
            session.arrive(request.sent_at)  # what was sent right after it does not go in its place
            return msg("This came {away} late.", away=Span(age))
        if request.attachment is not None:
            return msg("A file can't be typed.")
        return None

    def told(self, request: Request, why: Message) -> Reply | None:
        """The answer to what was not typed, the first time."""
        key = (request.chat.id, request.reply_to, why.one)
        if key in self._told:
            return None
        self._told[key] = None
        return say(why, _NOTHING)

    def _is_for(self, session: Session, request: Request) -> bool:
        """Whether its opener replies to its message."""
        if (session.owner, session.chat) != (request.actor.id, request.chat.id):
            return False
        slot = f"{_OPERATION}{session.id}" + (_PRIVATE if session.moved else "")
        return self._number(session.chat, slot) == request.reply_to


def _is_session(command: Command | None, row: calls.Call) -> bool:
    if command is None or command.follows is None or not command.changes:
        return False
    return command.follows(parse(command, row.argv[len(command.path) :], row.host).params)
