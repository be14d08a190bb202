"""A document that somebody sent: fetched to the disk, looked through, and handed to an Engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
    attachment = call.attachment
    if attachment is None:
        raise UsageError(
            msg("There is no document with it."),
            msg("Send one with the caption {caption}, or reply to one.", caption=Code(example)),
        )
    async with _file(call, call.services.files.open(attachment)) as path:
        yield path


@asynccontextmanager
async def fetched(call: Call, address: str) -> AsyncIterator[Path]:
    """A file from the web, which is gone after the block.

    Raises:
        FetchFault: it may not be fetched from there, or did not come whole.
        FileFault: it is larger than may be.
    """
    async with _file(call, call.services.fetch.open(address)) as path:
        yield path


@asynccontextmanager
async def _file(
    call: Call, source: AbstractAsyncContextManager[AsyncIterator[bytes]]
) -> AsyncIterator[Path]:
    """What comes, as a file of the spool, which is gone after the block."""
    path = call.services.spool.new()
    try:
        async with source as pieces:
            await _written(call, pieces, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


async def _written(call: Call, pieces: AsyncIterator[bytes], path: Path) -> None:
    """Write all of it, a megabyte at a time: each costs a turn of a thread."""
    do, most, size = call.services.spool.do, call.services.transfer, 0
    room = bytearray()
    file = await _disk(do(_new, path))
    try:
        async for piece in pieces:
            size += len(piece)
            if size > most:
                unchanged = msg("Nothing was changed.")
                raise FileFault(msg("It is more than {most}.", most=Size(most)), unchanged)
            room += piece
            if len(room) >= _BLOCK:
                await _put(call, file, bytes(room))
                room.clear()
        await _put(call, file, bytes(room))
    finally:
        await do(file.close)


async def _put(call: Call, file: IO[bytes], block: bytes) -> None:
    """Write a block, if there is room: also a small one, as the rest is the database's.

    Raises:
        BotError: there is none.
    """
    spool = call.services.spool
    if spool.room() < len(block):
        raise full()
    await _disk(spool.do(file.write, block))


async def _disk(work: Awaitable[T]) -> T:
    """What a piece of work on the disk gives.

    Raises:
        BotError: the disk is full, or fails.
    """
    try:
        return await work
    except OSError as error:
        raise full() from error


def _new(path: Path) -> IO[bytes]:
    return path.open("xb")


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
