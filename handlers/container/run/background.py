"""`run -d`: starts it, looks for a moment whether it stays, and tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.command.call import Call
from bot.errors import BotError
from bot.message import Untrusted, msg
from bot.reply import Block, Excerpt, Reply, Text
from handlers.container.codes import explained
from handlers.container.lines import text_of
from handlers.container.run.buttons import of_ended, of_running
from handlers.container.run.making import Made, make, start, unstarted
from handlers.container.run.wanted import Wanted, program

_MOMENT = 1.0  # seconds in which what does not work at all has ended
_SHORT = 12
_LINES = 5


async def background(call: Call, asked: Wanted) -> Reply:
    """Run it. What has ended after a moment is told with its code and its last lines."""
    made = await make(call, asked)
    if isinstance(made, Reply):
        return made
    begun = False
    try:
        async with call.host.endings.next(made.id) as code:
            begun = True
            failed = await start(call, made)
            if failed is not None:
                return failed
            ended = await _soon(call, code)
    except BotError as error:
        if begun:
            raise
        return await unstarted(call, made, error)
    if ended is not None:
        return await _ended(call, made, ended)
    digits = Text(msg("Its id: {id}", id=Untrusted(made.id[:_SHORT])))
    verdict = Text(msg("Started {name}.", name=made.shown))
    return Reply((verdict, digits, *made.notes), buttons=of_running(call, made))


async def _soon(call: Call, code: Callable[[], Awaitable[int]]) -> int | None:
    """Its exit code, if it ends within a moment; that it can't be seen is no reason to fail."""
    ending = asyncio.ensure_future(code())
    moment = asyncio.ensure_future(call.services.sleep(_MOMENT))
    waits: set[asyncio.Future[Any]] = {ending, moment}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        failed = not ending.done() or ending.exception() is not None
        return None if failed else ending.result()
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _ended(call: Call, made: Made, code: int) -> Reply:
    """It did not stay. With a restart policy it may be on its way again."""
    if await _comes_again(call, made):
        verdict = Text(msg("{name} ended at once, and is started again.", name=made.shown))
        lines = await _printed(call, made)
        return Reply((verdict, *lines, *made.notes), buttons=of_running(call, made))
    call.notes.append(f"exit code {code}")
    verdict = Text(msg("{name} ended at once: exit {code}", name=made.shown, code=code))
    why = tuple(map(Text, explained(code, program(call))))
    if call.params["rm"]:
        gone = Text(msg("It is removed again."))
        return Reply((verdict, *why, gone, *made.notes))
    lines = await _printed(call, made)
    return Reply((verdict, *lines, *why, *made.notes), buttons=of_ended(call, made))


async def _comes_again(call: Call, made: Made) -> bool:
    """Whether Docker starts it again: then its exit code may be that of a later run, or none."""
    policy = call.params["restart"]
    if policy is None or policy.name == "no":
        return False
    try:
        return (await call.host.endings.run(made.id)).ended is None
    except BotError:
        return True


async def _printed(call: Call, made: Made) -> tuple[Block, ...]:
    """Its last lines, where its log can be read."""
    try:
        lines = await call.host.logs.tail(made.id, tail=_LINES)
    except BotError:
        return ()
    return (Excerpt(text_of(call, lines, timestamps=False)),) if lines else ()
