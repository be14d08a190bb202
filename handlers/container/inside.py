"""A session with what was started in a container, and what is done about it after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError, NotFound
from bot.hosts.execs import Launch
from bot.hosts.reaper import Quarry, Trace, mark
from bot.hosts.types import Target
from bot.message import Message, msg
from bot.reply import Outcome, Reply, say
from handlers.container.codes import explained
from handlers.container.display import WINDOW
from handlers.container.foreground import at_the_end, created, survives, title
from handlers.container.program import End, Program, runs_now
from handlers.container.session import hold


def is_session(params: Mapping[str, Any]) -> bool:
    """Whether somebody has to be there, to type or to look."""
    return bool(params["interactive"] or params["tty"])


async def session(call: Call, container: Target, launch: Launch) -> Reply:
    """Let it be typed to, and show its screen."""
    variable = mark(call.id)
    marked = replace(launch, env=(*launch.env, variable))
    execs = call.host.execs
    started = await created(call, container, marked)
    quarry = Quarry(container.id, launch.user, variable)

    async def ended() -> End:
        return await _how(call, container, started, launch.command[0])

    async def leave(*, hurry: bool) -> End:
        first = "KILL" if hurry else "HUP" if launch.tty else "TERM"
        if await call.host.reaper.end(quarry, started, first=first):
            return End((), Outcome.CANCELLED)
        return End(survives(), Outcome.UNKNOWN)

    program = Program(
        container=container,
        title=title(launch.command),
        tty=launch.tty,
        typist="session exec" if launch.stdin else None,
        close=msg("Close"),
        ended=ended,
        leave=leave,
    )
    async with AsyncExitStack() as line:
        try:
            starting = execs.start(started, tty=launch.tty, window=WINDOW)
            wire = await line.enter_async_context(starting)
        except (asyncio.CancelledError, BotError):
            await at_the_end(call, quarry, started)  # it may have been started all the same
            raise
        if launch.tty:
            await execs.resize(started, WINDOW)
        return await hold(call, program, wire)


async def _how(call: Call, container: Target, started: str, program: str) -> End:
    """How it ended by itself, or with its container."""
    try:
        found = await call.host.execs.ended(started)
    except NotFound:
        return End((msg("The container has gone."),), Outcome.FAILED)
    code = found.code or 0
    call.notes.append(f"exit code {code}")
    told = msg("Exit code {code}.", code=code)
    if not found.pid:
        return End((msg("It could not be started."), told), Outcome.FAILED)
    why = (told, *explained(code, program))
    if not await runs_now(call, container.id):
        return End((*why, msg("The container does not run any more.")), Outcome.FINISHED)
    return End(why, Outcome.FINISHED)


async def left(call: Call) -> Reply:
    """The bot was killed while it ran: it ends, as nobody reads it, or could type to it."""
    item = call.items[0]
    verdict = (
        msg("{name}: session ended") if is_session(call.params) else msg("? {name}: {command}")
    )
    found, outcome = await _swept(call, item)
    told = verdict.having(name=at(item.name, call.host.name), command=title(call.params["words"]))
    return say(told, msg("I was restarted."), *found, outcome=outcome)


async def _swept(call: Call, item: Item) -> tuple[tuple[Message, ...], Outcome]:
    """What was found of it, and what became of that."""
    if call.params["detach"]:
        return (msg("Whether it was started, I can't see."),), Outcome.UNKNOWN
    if not await runs_now(call, item.id):
        return (msg("It does not run any more."),), Outcome.UNKNOWN
    quarry = Quarry(item.id, call.params["user"], mark(call.id))
    match await call.host.reaper.sweep(quarry):
        case Trace.ENDED:
            return (msg("I have ended it."),), Outcome.CANCELLED
        case Trace.NOTHING:
            return (msg("It does not run any more."),), Outcome.UNKNOWN
        case Trace.LEFT:
            return survives(), Outcome.UNKNOWN
        case Trace.UNSEEN:
            return (msg("Whether it still runs, I can't see."),), Outcome.UNKNOWN
