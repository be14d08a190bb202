"""A reply becomes messages: in whose language, for which chat, with which buttons.

What is stored goes through `pack`; what shows a running operation through `show`, unstored. Output
that may hold secrets leaves a group for the private chat, unless an owner linked the group to that
host.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.access.policy import Policy
from bot.command.call import Call, Request
from bot.command.languages import Languages
from bot.message import Untrusted, msg
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Verb, say
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.telegram.outbox import Outbox
from bot.telegram.outgoing import PROGRESS, File, Key, Outgoing
from bot.telegram.render import Part, label, render
from storage import buttons, outbox
from storage.database import Connection

_RUNNING = 256
_DAY = 86400.0
_HEAVY = 32_768


@dataclass(frozen=True, slots=True)
class Packed:
    """Messages and their buttons. `ids`, once stored, are the rows of the outbox."""

    out: Outbox
    messages: tuple[Outgoing, ...]
    rows: tuple[buttons.Button, ...]
    now: float
    ids: list[int]

    def store(self, connection: Connection) -> None:
        """Put all into the caller's transaction."""
        buttons.put_many(connection, self.rows)
        rows = [self.out.row(message, self.now) for message in self.messages]
        self.ids[:] = [outbox.enqueue(connection, row) for row in rows]

    def sent(self) -> None:
        """It is stored: have it delivered."""
        stored = zip(self.ids, self.messages, strict=True)
        self.out.put([replace(message, id=number) for number, message in stored])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reply goes: the request that it answers, the chat, and the message it replaces."""

    request: Request
    chat: int
    slot: str
    call: Call | None

    @property
    def here(self) -> bool:
        """Whether it stays in the chat of the request."""
        return self.chat == self.request.chat.id


class Desk:
    """Makes messages. `token` gives 128 random bits as text, `clock` seconds since the epoch."""

    def __init__(
        self,
        out: Outbox,
        languages: Languages,
        policy: Policy,
        redactor: Redactor,
        words: Callable[[str, str], Words],
        clock: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._out = out
        self._languages = languages
        self._policy = policy
        self._redactor = redactor
        self._words = words
        self._clock = clock
        self._token = token
        self._stops: OrderedDict[str, str] = OrderedDict()

    async def pack(
        self, request: Request, reply: Reply, call: Call | None = None, *, slot: str | None = None
    ) -> Packed:
        """Word and render a reply for who asked, ready to be stored.

        A long one is made in a thread: to redact a megabyte takes up to two seconds.
        """
        slot = slot or _slot(request, call)
        here = _Place(request, request.chat.id, slot, call)
        private = _Place(request, request.actor.id, f"{slot}:private", call)
        replies: tuple[tuple[_Place, Reply], ...] = ((here, reply),)
        if self._leaves(request, reply, call):
            replies = (here, say(msg("I answer you privately."))), (private, reply)
        if _weight(reply) > _HEAVY:
            return await asyncio.to_thread(self._packed, *replies)
        return self._packed(*replies)

    async def show(
        self, request: Request, reply: Reply, call: Call | None = None, *, progress: bool = False
    ) -> None:
        """Show it without storing it; only Stop buttons work. `progress` lets answers pass."""
        if self._leaves(request, reply, call):
            place = _Place(request, request.actor.id, f"{_slot(request, call)}:private", call)
        else:
            place = _Place(request, request.chat.id, _slot(request, call), call)
        parts = render(reply, self.words(request), self._redactor, parts=1, files=False)
        keyboard = self._stop_keys(parts[-1], place) if call else ()
        last = len(parts) - 1
        messages = [
            _message(place, reply, n, part, keyboard if n == last else ())
            for n, part in enumerate(parts)
        ]
        self._out.put(replace(m, priority=PROGRESS) if progress else m for m in messages)

    def stop_of(self, button: str) -> str | None:
        """The call that a Stop button of this process belongs to."""
        return next((call for call, id_ in self._stops.items() if id_ == button), None)

    def words(self, request: Request) -> Words:
        """The language and time zone in which a request is answered."""
        actor = request.actor
        tongue = self._languages.tongue(actor.id, actor.language, request.chat.id)
        return self._words(tongue.locale, tongue.timezone)

    def _leaves(self, request: Request, reply: Reply, call: Call | None) -> bool:
        if request.chat.private or not (reply.private or (call and call.command.secret)):
            return False
        host = call.host_name if call else None
        return host is None or not self._policy.may_show(request.chat.id, host)

    def _packed(self, *replies: tuple[_Place, Reply]) -> Packed:
        messages: list[Outgoing] = []
        rows: list[buttons.Button] = []
        for place, reply in replies:
            words = self.words(place.request)
            for number, part in enumerate(render(reply, words, self._redactor)):
                keyboard = self._keys(part, words, place, rows)
                messages.append(_message(place, reply, number, part, keyboard))
        return Packed(self._out, tuple(messages), tuple(rows), self._clock(), [])

    def _keys(
        self, part: Part, words: Words, place: _Place, rows: list[buttons.Button]
    ) -> tuple[tuple[Key, ...], ...]:
        """The keyboard of a part; its buttons are added to `rows`."""
        keyboard = []
        for line in part.buttons:
            new = [self._row(button, place) for button in line]
            rows += new
            texts = (label(button, words, self._redactor) for button in line)
            keyboard.append(tuple(Key(t, row.id) for t, row in zip(texts, new, strict=True)))
        return tuple(keyboard)

    def _stop_keys(self, part: Part, place: _Place) -> tuple[tuple[Key, ...], ...]:
        """The Stop button of a running operation: the same for as long as it runs."""
        stops = [b for line in part.buttons for b in line if b.verb is Verb.STOP]
        if not stops or place.call is None:
            return ()
        id_ = self._stops.setdefault(place.call.id, self._token())
        if len(self._stops) > _RUNNING:
            self._stops.popitem(last=False)
        text = label(stops[0], self.words(place.request), self._redactor)
        return ((Key(text, id_),),)

    def _row(self, button: Button, place: _Place) -> buttons.Button:
        now = self._clock()
        return buttons.Button(
            id=self._token(),
            chat=place.chat,
            person=place.request.actor.id,
            verb=button.verb.value,
            argv=button.argv,
            call_id=place.call.id if place.call and button.verb is not Verb.RUN else None,
            plan=button.data or "[]",
            host=button.host,
            inplace=button.inplace,
            created_at=now,
            expires_at=button.until or now + _DAY,
        )


def _weight(reply: Reply) -> int:
    """About how many characters are to be made safe."""
    blocks = sum(map(_size, reply.blocks))
    return blocks + sum(len(document.content) for document in reply.documents)


def _size(block: Block) -> int:
    match block:
        case Excerpt(text):
            return len(text.raw)
        case Table(rows):
            return sum(len(c.raw) for cells in rows for c in cells if isinstance(c, Untrusted))
        case Fold(inner):
            return sum(map(_size, inner))
        case _:
            return 0


def _slot(request: Request, call: Call | None) -> str:
    return call.slot if call else f"update:{request.update}"


def _message(
    place: _Place, reply: Reply, number: int, part: Part, keyboard: tuple[tuple[Key, ...], ...]
) -> Outgoing:
    request = place.request
    return Outgoing(
        chat=place.chat,
        thread=request.chat.thread if place.here else None,
        slot=place.slot if number == 0 else None,
        html=part.html,
        plain=part.plain,
        entities=part.entities,
        keyboard=keyboard,
        file=File(part.document.name, part.document.content) if part.document else None,
        silent=not reply.rings,
        reply_to=None if request.chat.private or not place.here else request.message,
    )
