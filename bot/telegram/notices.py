"""What the bot says without being asked becomes a message: a card, or a reply to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.command.languages import Languages
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.telegram.keyboards import Keyboards, Spot
from bot.telegram.outbox import Outbox
from bot.telegram.outgoing import PROGRESS, REPLY, Outgoing
from bot.telegram.render import render
from bot.watch.courier import Said
from storage import buttons, outbox, slots
from storage.database import Connection

URGENT = REPLY - 2
_LATER = PROGRESS - 1


@dataclass(slots=True)
class Notice:
    """A message with its buttons; `under` is the slot of the one that it is a reply to."""

    out: Outbox
    message: Outgoing
    rows: tuple[buttons.Button, ...]
    under: str | None
    now: float
    _stored: list[Outgoing] = field(default_factory=list)

    def store(self, connection: Connection) -> int:
        """Put it into the caller's transaction; its row."""
        buttons.put_many(connection, self.rows)
        row = self.out.row(self.message, self.now)
        if self.under is not None:
            found = slots.find(connection, row.bot, row.chat, self.under)
            row = replace(row, reply_to=found.message_id if found else None)
        number = outbox.enqueue(connection, row)
        self._stored[:] = [replace(self.message, id=number, reply_to=row.reply_to)]
        return number

    def sent(self) -> None:
        """It is stored: have it delivered."""
        self.out.put(self._stored)


class Notices:
    """Makes them. `token` gives 128 random bits as text, `clock` seconds since the epoch."""

    def __init__(
        self,
        out: Outbox,
        languages: Languages,
        redactor: Redactor,
        words: Callable[[str, str], Words],
        clock: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._out = out
        self._languages = languages
        self._redactor = redactor
        self._words = words
        self._clock = clock
        self._keyboards = Keyboards(redactor, clock, token)

    def pack(self, said: Said) -> Notice:
        """Word it in the language of its chat; in a group, whoever may is free to tap."""
        tongue = self._languages.tongue(said.chat, None, said.chat)
        words = self._words(tongue.locale, tongue.timezone)
        (part,) = render(said.reply, words, self._redactor, parts=1, files=False)
        at = Spot(said.chat, said.chat if said.chat > 0 else None, None)
        keyboard, rows = self._keyboards.stored(part.buttons, at, words)
        message = Outgoing(
            chat=said.chat,
            html=part.html,
            plain=part.plain,
            entities=part.entities,
            keyboard=keyboard,
            slot=said.slot,
            silent=not said.reply.rings,
            priority=URGENT if said.urgent else _LATER,
        )
        return Notice(self._out, message, tuple(rows), said.under, self._clock())
