"""A reply becomes messages: in whose language, for which chat, with which buttons.

What is stored goes through `pack`; what shows a running operation through `show`, unstored. Output
that may hold secrets leaves a group for the private chat, unless an owner linked the group to that
host; if the private chat is closed to the bot, the group is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

from bot.access.policy import Policy
from bot.charts.painter import Undrawn
from bot.charts.sheet import sheet
from bot.command.call import Call, Request
from bot.command.languages import Languages
from bot.message import Code, Untrusted, msg
from bot.recent import Recent
from bot.reply import Reply, Text, say
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.telegram.keyboards import Keyboards, Live, Spot
from bot.telegram.outbox import Outbox
from bot.telegram.outgoing import PROGRESS, Key, Outgoing
from bot.telegram.render import PARTS, Part, Rendered, render
from bot.telegram.weight import weight
from storage import buttons, outbox
from storage.database import Connection

_PLACES = 1024
_LIGHT = 8192  # characters that are made safe at once: some 25 ms, in which nobody else is served
_THREADS = 2


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
    """Where a reply goes: the request that it answers, the chat, and the message it replaces.

    `group` is where it was asked, if that is not where the answer may be shown.
    """

    request: Request
    chat: int
    slot: str
    call: Call | None
    group: _Place | None = None

    @property
    def here(self) -> bool:
        """Whether it stays in the chat of the request."""
        return self.chat == self.request.chat.id

    @property
    def spot(self) -> Spot:
        """For the buttons there."""
        # What nobody asked for is for whoever is told of it.
        return Spot(self.chat, self.request.actor.id or self.chat, self.call)


class Desk:
    """Makes messages. `token` gives 128 random bits as text, `clock` seconds since the epoch.

    `draw` makes a picture of what `bot.charts.sheet` has laid out.
    """

    def __init__(
        self,
        out: Outbox,
        languages: Languages,
        policy: Policy,
        redactor: Redactor,
        words: Callable[[str, str], Words],
        clock: Callable[[], float],
        token: Callable[[], str],
        draw: Callable[[bytes], Awaitable[bytes]],
    ) -> None:
        self._out = out
        self._draw = draw
        self._languages = languages
        self._policy = policy
        self._redactor = redactor
        self._words = words
        self._clock = clock
        self._keyboards = Keyboards(redactor, clock, token)
        self._turns = count()
        self._made: Recent[tuple[int, str], int] = Recent(_PLACES)
        # Its own: what is long to render must not hold up whoever else needs a thread.
        self._threads = ThreadPoolExecutor(_THREADS, "render")

    async def pack(
        self, request: Request, reply: Reply, call: Call | None = None, *, slot: str | None = None
    ) -> Packed:
        """Word and render a reply for who asked, ready to be stored."""
        turn = next(self._turns)
        messages: list[Outgoing] = []
        rows: list[buttons.Button] = []
        if not (reply.blocks or reply.buttons or reply.documents):
            return Packed(self._out, (), (), self._clock(), [])  # there is nothing to say
        for place, said in self._places(self._addressed(request, reply, call, slot)):
            at, tongue = place.spot, self._words_in(place.chat, place.request)
            for number, part in enumerate(await self._rendered(place, said)):
                keyboard, new = self._keyboards.stored(part.buttons, at, tongue)
                rows += new
                first = number == 0
                messages.append(self._message(place, said, part, keyboard, first=first))
            self._newest(place, turn)
        return Packed(self._out, tuple(messages), tuple(rows), self._clock(), [])

    @staticmethod
    def _places(found: Iterable[tuple[_Place, Reply]]) -> Iterator[tuple[_Place, Reply]]:
        """With what is left where each was shown, if it is a message of its own."""
        for place, said in found:
            if said.leaves is None:
                yield place, said
            else:
                yield place, say(said.leaves)
                yield replace(place, slot=f"{place.slot}:end"), said

    async def show(
        self, request: Request, reply: Reply, call: Call | None = None, *, progress: bool = False
    ) -> None:
        """Show it without storing it; only Stop buttons work. `progress` lets answers pass.

        Of what is shown in one place the last wins, also when an earlier one takes longer to make.
        """
        turn = next(self._turns)
        again = progress and call is not None and self._keyboards.stops(call.id)
        for place, said in self._addressed(request, reply, call):
            if place.here and said is not reply and again:
                continue  # that it is answered privately was said
            (part,) = await self._rendered(place, said, parts=1, files=False)
            if not self._newest(place, turn):
                continue
            keyboard = self._keyboards.live(
                part.buttons, place.spot, self._words_in(place.chat, place.request)
            )
            message = self._message(place, said, part, keyboard)
            if progress:
                operation = call.id if call else None
                message = replace(message, priority=PROGRESS, operation=operation)
            self._out.put([message])

    async def _rendered(
        self, place: _Place, reply: Reply, *, parts: int = PARTS, files: bool = True
    ) -> Rendered:
        """The messages of a reply. Much is made in a thread: a megabyte takes up to two seconds."""
        words, picture = self._words_in(place.chat, place.request), None
        if files and reply.chart is not None:
            try:
                picture = await self._draw(sheet(reply.chart, words, self._redactor))
            except Undrawn:
                note = Text(msg("The picture could not be drawn; the log says why."))
                reply = replace(reply, blocks=(*reply.blocks, note))
        make = partial(
            render, reply, words, self._redactor, parts=parts, files=files, picture=picture
        )
        if weight(reply) <= _LIGHT:
            return make()
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)

    def _newest(self, place: _Place, turn: int) -> bool:
        """Whether nothing that was asked for later is in its place already."""
        key = (place.chat, place.slot)
        newest = turn >= self._made.get(key, turn)
        if newest:
            self._made[key] = turn
        return newest

    def live(self, button: str) -> Live | None:
        """What a button of a running operation is, if it is one of this process."""
        return self._keyboards.pressed(button)

    def words(self, request: Request) -> Words:
        """The language and time zone in which a request is answered where it was made."""
        return self._words_in(request.chat.id, request)

    def _words_in(self, chat: int, request: Request) -> Words:
        tongue = self._languages.tongue(request.actor.id, request.actor.language, chat)
        return self._words(tongue.locale, tongue.timezone)

    def _addressed(
        self, request: Request, reply: Reply, call: Call | None, slot: str | None = None
    ) -> tuple[tuple[_Place, Reply], ...]:
        """Where it goes; if that is the private chat of who asked in a group, the group is told."""
        slot = slot or (call.slot if call else f"update:{request.update}")
        here = _Place(request, request.chat.id, slot, call)
        if not self._leaves(request, reply, call):
            return ((here, reply),)
        private = _Place(request, request.actor.id, f"{slot}:private", call, here)
        notice = say(msg("This may hold secrets, so I answer you privately."))
        return (here, notice), (private, reply)

    def _leaves(self, request: Request, reply: Reply, call: Call | None) -> bool:
        if request.chat.private or not (reply.private or (call and call.command.secret)):
            return False
        host = call.host_name if call else None
        return host is None or not self._policy.may_show(request.chat.id, host)

    def _message(
        self,
        place: _Place,
        reply: Reply,
        part: Part,
        keyboard: tuple[tuple[Key, ...], ...] = (),
        *,
        first: bool = True,
    ) -> Outgoing:
        """A part of a reply as it goes out; the first replaces what is in its place."""
        request = place.request
        if part.document is not None and part.document.picture:
            unseen = self._message(
                place, reply, replace(part, document=None), keyboard, first=first
            )
            return replace(unseen, file=part.document, instead=unseen)
        return Outgoing(
            chat=place.chat,
            thread=request.chat.thread if place.here else None,
            slot=place.slot if first else None,
            html=part.html,
            plain=part.plain,
            entities=part.entities,
            keyboard=keyboard,
            file=part.document,
            silent=not reply.rings,
            reply_to=None if request.chat.private or not place.here else request.message,
            instead=self._instead(place, part, first=first),
        )

    def _instead(self, place: _Place, part: Part, *, first: bool) -> Outgoing | None:
        """What is said if it can't be: elsewhere if the chat is closed, of a file in its place."""
        if part.document is not None:
            name = Untrusted(part.document.name)
            gone = msg("{name} could not be sent, and I have removed it.", name=name)
            reply = say(gone, msg("Ask for it again, or for less."))
            (unsent,) = render(reply, self._words_in(place.chat, place.request), self._redactor)
            return self._message(place, reply, unsent, first=False)
        return self._closed(place.group) if first and place.group else None

    def _closed(self, group: _Place) -> Outgoing:
        """What is said in a group if the private chat does not take the answer."""
        reply = say(
            msg(
                "I can't write to you: open a private chat with me, send {start} there,"
                " and ask again.",
                start=Code("/start"),  # not tappable: here it would be sent to the group
            )
        )
        words = self._words_in(group.chat, group.request)
        (part,) = render(reply, words, self._redactor, parts=1, files=False)
        return self._message(group, reply, part)
