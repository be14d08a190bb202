"""Images on their way into an Engine, and what of them is there if that ends before its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.command.call import Call
from bot.errors import BotError, Cancelled, DockerFault
from bot.hosts.types import Image
from bot.message import Message, Names, Untrusted, msg
from bot.pipeline.authorize import refusal
from handlers.image.naming import holder, short
from handlers.receiving import sent


@dataclass(slots=True)
class Coming:
    """What comes to a host that had the images `before`, with these tags or with none.

    `whole`: the Engine has been sent all of it, and then goes on by itself, whoever hangs up.
    """

    call: Call
    tags: Sequence[str]
    before: Sequence[Image]
    whole: bool = False

    async def sent(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces for the Engine.

        Raises:
            BadArchive: something is wrong with what they are made of.
        """
        async for piece in sent(self.call, pieces):
            yield piece
        self.whole = True

    async def told(self, *, stopped: bool) -> tuple[Message, ...]:
        """What of it is there now; `stopped`: the Engine has not said that it is at its end."""
        host = Untrusted(self.call.host.name)
        try:
            names = self._new(await self.call.host.images.list())
        except BotError as error:
            return (msg("What of it is on {host}, I can't see:", host=host), error.message)
        if names:
            there = msg("On {host} since: {names}.", host=host, names=Names(names))
        else:
            there = msg("Nothing of it came to {host}.", host=host)
        if not (stopped and self.whole):
            return (there,)
        return (there, msg("Docker had been sent all of it, and may still go on."))

    def _new(self, now: Sequence[Image]) -> tuple[Untrusted, ...]:
        """The tags that have another image now; without tags, the images that have none either."""
        if not self.tags:
            known = {image.id for image in self.before}
            return tuple(short(i.id) for i in now if i.dangling and i.id not in known)
        pairs = ((tag, holder(self.before, tag), holder(now, tag)) for tag in self.tags)
        return tuple(
            Untrusted(tag)
            for tag, old, new in pairs
            if new is not None and (old is None or old.id != new.id)
        )


@asynccontextmanager
async def told_of_its_end(coming: Coming) -> AsyncIterator[None]:
    """Say what of it is there where the block ends with less than all.

    Raises:
        Cancelled: somebody stopped it.
        DockerFault: the Engine can't do it, or does not answer any more.
    """
    call = coming.call
    try:
        yield
    except Cancelled as error:
        here = await coming.told(stopped=True)
        raise Cancelled(msg("Cancelled: {what}", what=call.label), *here) from error
    except DockerFault as error:
        error.hints += await coming.told(stopped=error.unknown)
        if not error.unknown:
            error.under(refusal(call))
        raise
