"""`run -it`: a session with what is started. Closed, it is stopped: nobody could leave it else.

What is typed is typed as into what one has attached to (`handlers.container.typing`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.types import Kind, Target
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Outcome, Reply
from handlers.container.codes import explained
from handlers.container.display import WINDOW
from handlers.container.program import End, Program
from handlers.container.run.buttons import of_ended
from handlers.container.run.joins import Params
from handlers.container.run.making import Made, make, start, unstarted
from handlers.container.run.wanted import Wanted, program
from handlers.container.session import hold as held

_CODE = 2.0  # seconds for its exit code, once it prints no more
_TITLE = 60


def is_asked(params: Params) -> bool:
    """Whether somebody has to be there, to type or to look."""
    return not params["detach"] and bool(params["interactive"] or params["tty"])


async def hold(call: Call, asked: Wanted) -> Reply:
    """Run it, and let it be typed to until it ends or the session does."""
    made = await make(call, asked)
    if isinstance(made, Reply):
        return made
    host, begun = call.host, False
    typed, tty = call.params["interactive"], call.params["tty"]
    try:
        async with (
            host.endings.next(made.id) as code,
            host.attachments.attach(made.id, stdin=typed) as wire,
        ):
            begun = True
            failed = await start(call, made)
            if failed is not None:
                return failed
            if tty:
                await host.attachments.resize(made.id, WINDOW)
            reply = await held(call, _program(call, made, code), wire)
    except BotError as error:
        if begun:
            raise
        return await unstarted(call, made, error)
    return replace(reply, buttons=() if call.params["rm"] else of_ended(call, made))


def _program(call: Call, made: Made, code: Callable[[], Awaitable[int]]) -> Program:
    async def ended() -> End:
        return await _ended(call, code)

    async def leave(*, hurry: bool) -> End:
        return await _left(call, made, hurry=hurry)

    name = Untrusted(made.wanted.name)
    return Program(
        container=Target(Kind.CONTAINER, call.host.name, made.id, name),
        title=Untrusted(" ".join(call.params["command"])[:_TITLE] or call.params["image"]),
        tty=call.params["tty"],
        typist="session attach" if call.params["interactive"] else None,
        close=msg("Close and stop {name}", name=made.shown),
        ended=ended,
        leave=leave,
    )


async def _ended(call: Call, code: Callable[[], Awaitable[int]]) -> End:
    """It prints no more: it has ended, or will without a word."""
    try:
        async with asyncio.timeout(_CODE):
            number = await code()
    except TimeoutError:
        return End((msg("It prints no more, and runs on."),), Outcome.FINISHED)
    call.notes.append(f"exit code {number}")
    told = msg("It has ended: exit code {code}.", code=number)
    return End((told, *explained(number, program(call)), *_kept(call)), Outcome.FINISHED)


async def _left(call: Call, made: Made, *, hurry: bool) -> End:
    """The session is over, but not what runs: it is stopped, unless the bot itself ends."""
    if hurry:
        return End((msg("It runs on."),), Outcome.UNKNOWN)
    await call.host.containers.stop(made.id)
    return End((msg("It is stopped."), *_kept(call)), Outcome.CANCELLED)


def _kept(call: Call) -> tuple[Message, ...]:
    if call.params["rm"]:
        return ()
    return (msg("It is kept; {option} would remove it.", option=Code("--rm")),)
