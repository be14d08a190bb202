"""Runs a process in a container and shows what it prints, until it ends or somebody stops it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.command.call import Call, at
from bot.errors import BotError, DockerFault, NotFound
from bot.hosts.execs import Ended, Launch
from bot.hosts.frames import STDOUT
from bot.hosts.reaper import Quarry, mark
from bot.hosts.types import Target
from bot.message import Message, Size, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.reply import Block, Document, Outcome, Reply, Text
from bot.reply.untrusted import CUT
from handlers.container.codes import explained, unstarted
from handlers.container.output import Output, printed
from handlers.running import shown, stop_button

_REST = 1.0  # seconds for what it printed before it was ended
_AT_THE_END = 0.4  # seconds to end it in, when the bot itself ends
_MUCH = 100_000  # bytes of which it is told how many they are
_TITLE = 60


@dataclass(slots=True)
class _Process:
    """One that runs: what it is, and what it has printed."""

    name: Untrusted
    launch: Launch
    begun: bool = False
    out: Output = field(default_factory=Output)
    err: Output = field(default_factory=Output)

    def view(self) -> Reply:
        """How far it is."""
        verdict = Text(msg("{name}: {command}", name=self.name, command=title(self.launch.command)))
        size = self.out.size + self.err.size
        many = (Text(msg("{size} so far", size=Size(size))),) if size > _MUCH else ()
        blocks = (verdict, *self.printed(), *many)
        return Reply(blocks, buttons=stop_button(msg("Stop")))

    def printed(self) -> tuple[Block, ...]:
        """What it has printed, the errors apart."""
        return printed(self.out, self.err)

    @property
    def documents(self) -> tuple[Document, ...]:
        """What it has printed, where that is more than a message holds."""
        name = self.name.raw.partition("@")[0]
        return (*self.out.document(f"{name}-output.txt"), *self.err.document(f"{name}-errors.txt"))


def title(words: tuple[str, ...]) -> Untrusted:
    """What runs, as it was typed, more or less."""
    line = " ".join(words)
    return Untrusted(line if len(line) <= _TITLE else line[: _TITLE - 1] + CUT)


async def foreground(call: Call, container: Target, launch: Launch) -> Reply:
    """Run it; Stop ends it, and all that it has started, on the Engine."""
    variable = mark(call.id)
    marked = replace(launch, env=(*launch.env, variable))
    process = _Process(at(container.name, container.host), marked)
    started = await created(call, container, marked)
    quarry = Quarry(container.id, launch.user, variable)
    async with shown(call, process.view):
        reading = asyncio.ensure_future(_read(call, started, process))
        stopped = asyncio.ensure_future(call.running.cancelled.wait())
        waits: tuple[asyncio.Future[Any], ...] = (reading, stopped)
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return await _stopped(call, process, quarry, started, reading)
            reading.result()
            return _ended(call, process, await call.host.execs.ended(started))
        except asyncio.CancelledError:
            await at_the_end(call, quarry, started)
            raise
        except NotFound:
            return _gone(process)
        except BotError as error:
            if not process.begun and not _may_run(error):
                raise
            return await _lost(call, process, quarry, started, error)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def created(call: Call, container: Target, launch: Launch) -> str:
    """The id of what is to be started.

    Raises:
        BotError: the container does not let it; nothing was run.
    """
    try:
        return await call.host.execs.create(container.id, launch)
    except BotError as error:
        raise error.under(refusal(call)) from error


async def _read(call: Call, started: str, process: _Process) -> None:
    """Start it, and take what it prints."""
    async with call.host.execs.start(started) as wire:
        process.begun = True
        async for stream, part in wire.parts(tty=False):
            (process.out if stream == STDOUT else process.err).feed(part)


def _may_run(error: BotError) -> bool:
    """Whether it may have been started although the Engine did not say so."""
    return isinstance(error, DockerFault) and error.unknown


async def _stopped(
    call: Call, process: _Process, quarry: Quarry, started: str, reading: asyncio.Future[None]
) -> Reply:
    """End it, and tell whether that could be done."""
    gone = await call.host.reaper.end(quarry, started)
    if gone:
        await asyncio.wait({reading}, timeout=_REST)
    verdict = msg("{name}: stopped") if gone else msg("? {name}: can't be stopped")
    blocks = (Text(verdict.having(name=process.name)), *process.printed())
    if gone:
        return Reply(blocks, documents=process.documents, outcome=Outcome.CANCELLED)
    return Reply(
        (*blocks, *map(Text, survives())),
        documents=process.documents,
        outcome=Outcome.UNKNOWN,
    )


def survives() -> tuple[Message, ...]:
    """What is told of what could not be ended."""
    return (
        msg("It still runs, or something that it has started."),
        msg("Docker can't end it alone, nor can I with what its image has."),
        msg("A restart of the container ends it."),
    )


async def at_the_end(call: Call, quarry: Quarry, started: str) -> None:
    """The bot ends: so does what nobody will read any more."""
    with suppress(BotError, TimeoutError):
        async with asyncio.timeout(_AT_THE_END):
            await call.host.reaper.end(quarry, started, first="KILL")


def _gone(process: _Process) -> Reply:
    """Its container was removed in the middle."""
    verdict = Text(msg("{name}: it has gone, and what ran in it", name=process.name))
    return Reply(
        (verdict, *process.printed()), documents=process.documents, outcome=Outcome.CANCELLED
    )


async def _lost(
    call: Call, process: _Process, quarry: Quarry, started: str, error: BotError
) -> Reply:
    """The connection went away in the middle: nobody reads on, so it shall not run on."""
    gone = False
    with suppress(BotError):
        gone = await call.host.reaper.end(quarry, started)
    verdict = msg("? {name}: {why}", name=process.name, why=error.message)
    left = msg("I have ended it.") if gone else msg("Whether it still runs, I can't see.")
    return Reply(
        (Text(verdict), *process.printed(), Text(left)),
        documents=process.documents,
        outcome=Outcome.CANCELLED if gone else Outcome.UNKNOWN,
    )


def _ended(call: Call, process: _Process, ended: Ended) -> Reply:
    """How it ended by itself."""
    program = process.launch.command[0]
    if not ended.pid:
        said = process.out.text + process.err.text
        code, why = unstarted(said, ended.code, program, process.launch.workdir)
        call.notes.append(f"exit code {code}")
        verdict = msg("{name}: exit code {code}", name=process.name, code=code)
        return Reply((Text(verdict), Text(why)), outcome=Outcome.FAILED)
    if ended.code is None:
        verdict = msg("{name}: it prints no more, and runs on", name=process.name)
        return Reply((Text(verdict), *process.printed()), documents=process.documents)
    call.notes.append(f"exit code {ended.code}")
    verdict = msg("{name}: exit code {code}", name=process.name, code=ended.code)
    silent = () if process.out.size or process.err.size else (Text(msg("It printed nothing.")),)
    notes = tuple(map(Text, explained(ended.code, program)))
    return Reply((Text(verdict), *process.printed(), *silent, *notes), documents=process.documents)
