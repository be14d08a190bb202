"""Finds lines in a log while it streams by: `--grep`.

Memory is a block and the lines that are kept. Blocks that take long are searched in a thread, so
that a heavy pattern does not hold up the loop; those that take a few milliseconds on the spot: loop
and thread would take the interpreter's lock from each other at every match.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import aiohttp

from bot.hosts.pattern import Pattern
from bot.hosts.sieve import Sieve
from bot.hosts.source import Source, Span
from bot.hosts.types import LogMatches

_BLOCK = 128 * 1024
_KEEP = 1000
_BRIEF = 0.01


async def search(
    source: Source, span: Span, pattern: Pattern, keep: int, *, stamped: bool
) -> LogMatches:
    """All of the span, searched; the last `keep` lines found (1,000 at most)."""
    sieve = Sieve(pattern, min(max(keep, 0), _KEEP), tty=source.tty, stamped=stamped)
    took = _BRIEF
    async with (
        source.open(span, tail=None, stamped=stamped) as response,
        aclosing(_blocks(response.content)) as blocks,
    ):
        async for block in blocks:
            if took < _BRIEF:
                took = _timed(sieve, block)
                await asyncio.sleep(0)
            else:
                took = await asyncio.to_thread(_timed, sieve, block)
    sieve.finish()
    return LogMatches(sieve.lines, sieve.matched, sieve.read)


def _timed(sieve: Sieve, block: bytes) -> float:
    """Search a block; the seconds that this thread worked for it."""
    start = time.thread_time()
    sieve.block(block)
    return time.thread_time() - start


async def _blocks(content: aiohttp.StreamReader) -> AsyncGenerator[bytes, None]:
    block = bytearray()
    async for piece in content.iter_any():
        block += piece
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
