"""A document that somebody sent: fetched to the disk, looked through, and handed to an Engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, TypeVar

from bot.archive.rules import Rules
from bot.command.call import Call
from bot.command.files import FileFault
from bot.errors import BotError, UsageError
from bot.message import Code, Size, msg

T = TypeVar("T")
_BLOCK = 1024 * 1024


@asynccontextmanager
async def received(call: Call, example: str) -> AsyncIterator[Path]:
    """The document of the call as a file, which is gone after the block. `example` is a caption.

    Raises:
        UsageError: none came with it.
        FileFault: it did not come whole, or is larger than may be.
    """
    attachment, spool = call.attachment, call.services.spool
    if attachment is None:
        raise UsageError(
            msg("There is no document with it."),
            msg("Send one with the caption {caption}, or reply to one.", caption=Code(example)),
        )
    path = spool.new()
    try:
        file = await spool.do(_new, path)
        try:
            async with call.services.files.open(attachment) as pieces:
                await _written(call, pieces, file)
        finally:
            await spool.do(file.close)
        yield path
    except OSError as error:
        raise full() from error
    finally:
        path.unlink(missing_ok=True)


def _new(path: Path) -> IO[bytes]:
    return path.open("xb")


async def _written(call: Call, pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
    spool, size, most = call.services.spool, 0, call.services.transfer
    room = bytearray()
    async for piece in pieces:
        size += len(piece)
        if size > most:
            raise FileFault(
                msg("It is more than {most}.", most=Size(most)), msg("Nothing was changed.")
            )
        room += piece
        if len(room) >= _BLOCK:
            if spool.room() < _BLOCK:
                raise full()
            await spool.do(file.write, bytes(room))
            room.clear()
    await spool.do(file.write, bytes(room))


def full() -> BotError:
    """The disk of the bot has no room."""
    return BotError(msg("My disk has no room for it."), msg("Nothing was changed."))


def rules(call: Call, *, rooted: bool = False) -> Rules:
    """What an archive of this call may hold."""
    return Rules(call.services.transfer, rooted=rooted)


async def looked(call: Call, look: Callable[..., T], *args: object) -> T:
    """What a look into a file gives, in a thread of its own.

    Raises:
        BadArchive: something is wrong with it.
    """
    return await call.services.spool.do(look, *args)


async def sent(call: Call, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces for an Engine, each made in a thread.

    Raises:
        BadArchive: something is wrong with what they are made of.
    """
    do = call.services.spool.do
    while piece := await do(next, pieces, b""):
        yield piece
