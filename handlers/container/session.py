"""Holds a session: a program, the message that shows it, and what ends it.

It is typed to by replies to that message, each a call of its own (`handlers.container.typing`). It
ends with the program, on Close, when nobody types, after an hour, and when its opener's right does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.command.call import Call
from bot.command.sessions import Session
from bot.errors import BotError, Denied
from bot.hosts.wire import Wire
from bot.message import Message, Span, msg
from bot.pipeline.authorize import decide
from bot.pipeline.root import decide as decide_root
from bot.reply import Block, Button, Outcome, Reply, Text
from handlers.container.display import Display, Lines, Terminal
from handlers.container.keyboard import Keys, keys
from handlers.container.program import End, Program
from handlers.offer import may
from handlers.running import shown, stop_button

IDLE, LONGEST = 900.0, 3600.0
_WARNED = 60.0
_LOOK = 2.0  # seconds between two looks at the clock and the rights
_REST = 1.0  # seconds for what a program says while it ends
_AT_THE_END = 0.4  # seconds to end it in, when the bot itself ends


@dataclass(slots=True)
class _Held:
    """A session that is held."""

    call: Call
    program: Program
    wire: Wire
    display: Display
    opened: float
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        call, program, chat = self.call, self.program, self.call.request.chat
        moved = not chat.private and not call.services.policy.may_show(chat.id, call.host.name)
        self.session = Session(
            id=call.id,
            owner=call.actor.id,
            chat=call.actor.id if moved else chat.id,
            moved=moved,
            host=call.host.name,
            container=program.container.name.raw,
            target=program.container.id,
            typist=program.typist or "",
            keyboard=Keys(self.wire, self.display),
            typed_at=self.opened,
        )

    def view(self) -> Reply:
        """How it looks now."""
        verdict = msg("{name}: {title}", name=self.program.name, title=self.program.title)
        blocks = (Text(verdict), *self.display.blocks(live=True), *map(Text, self._hint()))
        return Reply(blocks, buttons=(*keys(self.program), *stop_button(self.program.close)))

    def _hint(self) -> tuple[Message, ...]:
        if self.program.typist is None:
            return ()
        left = self.session.typed_at + IDLE - self.call.services.clock()
        if left <= _WARNED:
            return (msg("It closes in a minute unless you type."),)
        if self.display.asks_for_password:
            return (msg("A password that you type stays in this chat and in the audit log."),)
        return (msg("Reply to this message to type a line."),)

    async def read(self) -> None:
        """Show what comes, until there is no more."""
        async for stream, piece in self.wire.parts(tty=self.program.tty):
            self.display.take(stream, piece)

    async def watched(self, *, rooted: bool) -> Message:
        """Wait until it may not go on, and tell why."""
        clock = self.call.services.clock
        while True:
            await self.call.services.sleep(_LOOK)
            now = clock()
            if now - self.opened >= LONGEST:
                return msg("A session ends after {time}.", time=Span(LONGEST))
            if now - self.session.typed_at >= IDLE:
                return msg("Nothing was typed for {time}.", time=Span(IDLE))
            if not _may(self.call, rooted=rooted):
                return msg("You may not do this any more.")


async def hold(
    call: Call, program: Program, wire: Wire, *, recent: Iterable[tuple[int, bytes]] = ()
) -> Reply:
    """Show it and let it be typed to until it ends. `recent` is what it has printed before."""
    display: Display = Terminal() if program.tty else Lines()
    held = _Held(call, program, wire, display, call.services.clock())
    for stream, piece in recent:
        display.take(stream, piece)
    rooted = await _is_rooted(call)
    call.services.sessions.add(held.session)
    painting = asyncio.ensure_future(display.paint())
    try:
        async with shown(call, held.view):
            end = await _until_it_ends(held, rooted=rooted)
    finally:
        held.session.open = False
        painting.cancel()
        await asyncio.wait({painting})
    await display.settle()
    verdict = msg("{name}: session ended", name=program.name)
    blocks: tuple[Block, ...] = (Text(verdict), *display.blocks(live=False), *map(Text, end.why))
    again = Button(msg("Open {name} again", name=program.name), call.argv, host=call.host.name)
    buttons = ((again,),) if may(call, call.command.name) else ()
    return Reply(blocks, buttons=buttons, outcome=end.outcome)


async def _is_rooted(call: Call) -> bool:
    """Whether it is for owners; where that can't be seen now, it is taken for so."""
    try:
        return bool(call.command.root and await call.command.root(call))
    except BotError:
        return True


async def _until_it_ends(held: _Held, *, rooted: bool) -> End:
    reading = asyncio.ensure_future(held.read())
    watching = asyncio.ensure_future(held.watched(rooted=rooted))
    stopped = asyncio.ensure_future(held.call.running.cancelled.wait())
    waits: tuple[asyncio.Future[Any], ...] = (reading, watching, stopped)
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            reading.result()
            return await held.program.ended()
        why = _who(held.call) if stopped.done() else watching.result()
        held.session.open = False
        left = await held.program.leave(hurry=False)
        await asyncio.wait({reading}, timeout=_REST)
        return End((why, *left.why), left.outcome)
    except asyncio.CancelledError:
        with suppress(BotError, TimeoutError):
            async with asyncio.timeout(_AT_THE_END):
                await held.program.leave(hurry=True)
        raise
    except BotError as error:
        left = await _left(held.program)
        return End((error.message, *left.why), left.outcome)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _left(program: Program) -> End:
    """The connection was lost: end what may still run, if the Engine can be reached."""
    try:
        return await program.leave(hurry=False)
    except BotError:
        return End((msg("Whether it still runs, I can't see."),), Outcome.UNKNOWN)


def _who(call: Call) -> Message:
    if call.running.cancelled_by == call.actor.id:
        return msg("You closed it.")
    return msg("It was closed.")


def _may(call: Call, *, rooted: bool) -> bool:
    """Whether its opener could open it now."""
    try:
        decide(call)
    except Denied:
        return False
    return not rooted or decide_root(call).allowed
