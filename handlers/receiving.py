"""A document that somebody sent: fetched to the disk, looked through, and handed to an Engine."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from bot.archive.rules import Rules
from bot.command.call import Call
from bot.command.files import FileFault
from bot.errors import BotError, Cancelled, UsageError
from bot.message import Code, Size, msg
from handlers.running import unless_stopped

P = ParamSpec("P")
T = TypeVar("T")
_BLOCK = 1024 * 1024
_PLANNED = 60.0  # seconds for a look that nobody can stop


@asynccontextmanager
async def received(call: Call, example: str) -> AsyncIterator[Path]:
    """The document of the call as a file, which is gone after the block. `example` is a caption.

    Raises:
        UsageError: none came with it.
        FileFault: it did not come whole, or is larger than may be.
    """
    attachment = call.attachment
    if attachment is None and call.request.picture:
        raise UsageError(
            msg("Telegram makes photos smaller: send it as a file."),
            msg("Write {caption} with it.", caption=Code(example)),
        )
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
            await _stoppable(call, _written(call, pieces, path))
        yield path
    finally:
        path.unlink(missing_ok=True)


async def _written(call: Call, pieces: AsyncIterator[bytes], path: Path) -> None:
    """Write all of it, one block while the next comes."""
    spool = call.services.spool
    file = await spool.do(on_disk(_new), path)
    try:
        await spool.feed(on_disk(file.write), _blocks(call, pieces))
        await spool.do(on_disk(file.flush))
    finally:
        await spool.do(file.close)


async def _blocks(call: Call, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, joined to blocks of a megabyte: each costs a turn of a thread.

    Raises:
        FileFault: they are more than may be.
        BotError: the disk has no room for them.
    """
    room: list[bytes] = []
    size = held = 0
    async for piece in pieces:
        size, held = size + len(piece), held + len(piece)
        if size > call.services.transfer:
            unchanged = msg("Nothing was changed.")
            most = Size(call.services.transfer)
            raise FileFault(msg("It is more than {most}.", most=most), unchanged)
        room.append(piece)
        if held >= _BLOCK:
            if call.services.spool.room() < held:
                raise full()
            yield b"".join(room)
            room, held = [], 0
    if call.services.spool.room() < held:
        raise full()
    yield b"".join(room)


def on_disk(work: Callable[P, T]) -> Callable[P, T]:
    """The same work, which raises a BotError where the disk is full, or fails."""

    @functools.wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except OSError as error:
            raise full() from error

    return done


def _new(path: Path) -> IO[bytes]:
    return path.open("xb")


def full() -> BotError:
    """The disk of the bot has no room."""
    return BotError(msg("My disk has no room for it."), msg("Nothing was changed."))


def rules(call: Call, *, rooted: bool = False) -> Rules:
    """What an archive of this call may hold, for as long as nobody stops it.

    While it is only planned nobody can: then it has its time.
    """
    clock, most = call.services.clock, call.services.transfer
    if call.operation is None:
        until = clock() + _PLANNED
        return Rules(most, rooted=rooted, stopped=lambda: clock() > until)
    return Rules(most, rooted=rooted, stopped=call.operation.cancelled.is_set)


async def looked(call: Call, look: Callable[..., T], *args: object) -> T:
    """What a look into a file gives, in a thread of its own.

    Raises:
        BadArchive: something is wrong with it.
    """
    return await _stoppable(call, call.services.spool.do(look, *args))


async def _stoppable(call: Call, work: Awaitable[T]) -> T:
    """What it gives, unless somebody stops it; what is only planned ends by itself.

    Raises:
        Cancelled: somebody has stopped it. Nothing was changed.
    """
    if call.operation is None:
        return await work
    try:
        return await unless_stopped(call, work)
    except Cancelled as error:
        raise Cancelled(error.message, msg("Nothing was changed.")) from error


async def sent(call: Call, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces for an Engine, each made in a thread.

    Raises:
        BadArchive: something is wrong with what they are made of.
    """
    do = call.services.spool.do
    while piece := await do(next, pieces, b""):
        yield piece
