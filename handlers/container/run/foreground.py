"""`run` without -d: what it prints, in one message that is edited, until it ends or is stopped.

It is attached to before it starts, so that nothing is missed, whatever its log is kept by and
however soon it is removed. If the bot ends meanwhile, it runs on, as with Docker's own client.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.demux import Demux
from bot.hosts.frames import STDOUT
from bot.hosts.wire import Wire
from bot.message import Code, Message, Size, msg
from bot.reply import Block, Document, Outcome, Reply, Text
from handlers.container.codes import explained
from handlers.container.output import Output, printed
from handlers.container.run.buttons import of_ended, of_running
from handlers.container.run.making import Made, make, start, unstarted
from handlers.container.run.wanted import Wanted, program
from handlers.running import shown, stop_button

_REST = 2.0  # seconds for what it printed before it ended
_MUCH = 100_000  # bytes of which it is told how many they are


class Begun(Enum):
    """Whether it was started."""

    NOT = 0
    PERHAPS = 1
    YES = 2


@dataclass(slots=True)
class _Running:
    """A container that runs here, and what it has printed."""

    made: Made
    out: Output = field(default_factory=Output)
    err: Output = field(default_factory=Output)
    begun: Begun = Begun.NOT
    stopping: bool = False

    def view(self) -> Reply:
        """How far it is."""
        name = self.made.shown
        if self.stopping:
            return Reply((Text(msg("{name}: stopping", name=name)), *self.printed))
        size = self.out.size + self.err.size
        many = (Text(msg("{size} so far", size=Size(size))),) if size > _MUCH else ()
        label = msg("Stop {name}", name=name)
        blocks = (Text(msg("{name}: running", name=name)), *self.printed, *many)
        return Reply(blocks, buttons=stop_button(label))

    @property
    def printed(self) -> tuple[Block, ...]:
        """Its last lines, the errors apart."""
        return printed(self.out, self.err)

    @property
    def documents(self) -> tuple[Document, ...]:
        """What it has printed, where that is more than a message holds."""
        name = self.made.wanted.name
        return (*self.out.document(f"{name}-output.txt"), *self.err.document(f"{name}-errors.txt"))


async def foreground(call: Call, asked: Wanted) -> Reply:
    """Run it and show what it prints; Stop stops the container."""
    made = await make(call, asked)
    if isinstance(made, Reply):
        return made
    run = _Running(made)
    try:
        return await _run(call, run)
    except BotError as error:
        if run.begun is Begun.NOT:
            return await unstarted(call, made, error)
        if run.begun is Begun.PERHAPS:
            raise
        return await _lost(call, run, error)


async def _run(call: Call, run: _Running) -> Reply:
    host, made = call.host, run.made
    async with (
        host.endings.next(made.id) as code,
        host.attachments.attach(made.id, stdin=False) as wire,
    ):
        run.begun = Begun.PERHAPS
        failed = await start(call, made)
        if failed is not None:
            return failed
        run.begun = Begun.YES
        reading = asyncio.ensure_future(_read(wire, run))
        ending = asyncio.ensure_future(code())
        try:
            async with shown(call, run.view):
                ended = await _until_it_ends(call, run, ending)
                await asyncio.wait({reading}, timeout=_REST)
        finally:
            for one in (reading, ending):
                one.cancel()
            await asyncio.gather(reading, ending, return_exceptions=True)
    return _ended(call, run, ended)


async def _until_it_ends(call: Call, run: _Running, ending: asyncio.Future[int]) -> int:
    """Its exit code; told to, it is stopped, as long as that takes."""
    stopped = asyncio.ensure_future(call.running.cancelled.wait())
    waits: set[asyncio.Future[Any]] = {ending, stopped}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            run.stopping = True
            await call.host.containers.stop(run.made.id)
        return await ending
    finally:
        stopped.cancel()


async def _read(wire: Wire, run: _Running) -> None:
    demux = Demux(tty=False)
    while piece := await wire.read():
        for stream, part in demux.feed(piece):
            (run.out if stream == STDOUT else run.err).feed(part)


def _ended(call: Call, run: _Running, code: int) -> Reply:
    """How it ended."""
    call.notes.append(f"exit code {code}")
    name, removed = run.made.shown, call.params["rm"]
    notes: list[Message] = []
    if run.stopping:
        verdict = msg("{name}: stopped, exit code {code}", name=name, code=code)
    else:
        verdict = msg("{name}: exit code {code}", name=name, code=code)
        notes += explained(code, program(call))
    if not (run.out.size or run.err.size):
        notes.append(msg("It printed nothing."))
    if not removed:
        notes.append(msg("It is kept; {option} would remove it.", option=Code("--rm")))
    return Reply(
        (Text(verdict), *run.printed, *map(Text, notes), *run.made.notes),
        buttons=() if removed else of_ended(call, run.made),
        documents=run.documents,
        outcome=Outcome.CANCELLED if run.stopping else Outcome.FINISHED,
    )


async def _lost(call: Call, run: _Running, error: BotError) -> Reply:
    """The Engine can't be heard any more; what runs there runs on."""
    verdict = Text(msg("? {name}: {why}", name=run.made.shown, why=error.message))
    try:
        now = await call.host.endings.run(run.made.id)
        runs = now.ended is None
        left = msg("It runs on.") if runs else msg("It has ended: exit {code}.", code=now.code)
        buttons = (of_running if runs else of_ended)(call, run.made)
    except BotError:
        left, buttons = msg("Whether it still runs, I can't see."), ()
    blocks = (verdict, *run.printed, Text(left))
    return Reply(blocks, buttons=buttons, documents=run.documents, outcome=Outcome.UNKNOWN)
