"""Finds lines in a log while it streams by: `--grep`.

Memory is a block and the lines that are kept. Blocks are searched in threads, since a pattern may
be heavy or a block full of matches; in two of their own, so that slow searches wait for each other,
and nothing else that is done in threads waits for them, such as the heartbeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import aiohttp

from bot.hosts.pattern import Pattern
from bot.hosts.sieve import Sieve
from bot.hosts.source import Source, Span
from bot.hosts.types import LogMatches

_BLOCK = 128 * 1024
_KEEP = 1000
_THREADS = ThreadPoolExecutor(2, "grep")


async def search(
    source: Source, span: Span, pattern: Pattern, keep: int, *, stamped: bool
) -> LogMatches:
    """All of the span, searched; the last `keep` lines found (1,000 at most)."""
    sieve = Sieve(pattern, min(max(keep, 0), _KEEP), tty=source.tty, stamped=stamped)
    loop = asyncio.get_running_loop()
    async with (
        source.open(span, tail=None, stamped=stamped) as response,
        aclosing(_blocks(response.content)) as blocks,
    ):
        async for block in blocks:
            await loop.run_in_executor(_THREADS, sieve.block, block)
    return await loop.run_in_executor(_THREADS, _finished, sieve)


def _finished(sieve: Sieve) -> LogMatches:
    sieve.finish()
    return LogMatches(sieve.lines, sieve.matched, sieve.read)


async def _blocks(content: aiohttp.StreamReader) -> AsyncGenerator[bytes, None]:
    block = bytearray()
    async for piece in content.iter_any():
        block += piece
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
