"""The first process of a container, as it is: what it prints, and what it can be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

from bot.errors import BotError
from bot.hosts.answer import Unexpected, boolean, mapping, optional, string
from bot.hosts.client import Client
from bot.hosts.demux import Demux
from bot.hosts.execs import Window
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.source import Source, Span
from bot.hosts.stream import Streams
from bot.hosts.wire import Wire, wired

_RECENT = 64 * 1024
_TAIL = 15


@dataclass(frozen=True, slots=True)
class Main:
    """The first process: whether it has a terminal, whether it has an input, and how it is.

    `once`: without a terminal its input ends with the first who leaves it. `code` is its exit code.
    """

    tty: bool
    stdin: bool
    once: bool
    state: str
    code: int | None


class Attachments:
    """The first processes of one Engine's containers.

    Every method raises NotFound where there is no such container, and DockerFault where the Engine
    fails.
    """

    def __init__(self, link: Link, streams: Streams) -> None:
        self._link = link
        self._streams = streams

    async def look(self, id: str) -> Main:  # noqa: A002 - Docker's name for it
        """How it is now."""
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _main(client.inspect_container(name)))

    def attach(self, id: str, *, stdin: bool) -> AbstractAsyncContextManager[Wire]:  # noqa: A002
        """Its output from now on, and its input, on a connection; leaving it ends nothing else."""
        name = one_segment(self._link.name, id)
        params = {"stream": "1", "stdout": "1", "stderr": "1", "stdin": str(int(stdin))}
        return wired(self._link, f"/containers/{name}/attach", params, b"")

    async def resize(self, id: str, window: Window) -> None:  # noqa: A002 - as above
        """Give its terminal a size. That it can't be done is no reason to leave."""
        name = one_segment(self._link.name, id)

        def work(client: Client) -> None:
            client.resize(name, window.rows, window.columns)

        with suppress(BotError):
            await self._link.run(work)

    async def recent(self, id: str) -> AsyncIterator[tuple[int, bytes]]:  # noqa: A002 - as above
        """The last lines that it has printed, by stream; none where its log is kept elsewhere."""
        read = 0
        with suppress(BotError, TimeoutError, Unexpected):
            async with asyncio.timeout(self._link.timeout):
                source = await Source.find(self._link, self._streams, id)
                async with source.open(Span(), tail=_TAIL, stamped=False) as response:
                    demux = Demux(tty=source.tty)
                    async for piece in response.content.iter_any():
                        for part in demux.feed(piece):
                            yield part
                        read += len(piece)
                        if read > _RECENT:
                            return


def _main(value: object) -> Main:
    raw = mapping(value)
    config, state = mapping(raw.get("Config")), mapping(raw.get("State"))
    return Main(
        tty=boolean(config, "Tty"),
        stdin=boolean(config, "OpenStdin"),
        once=boolean(config, "StdinOnce"),
        state=string(state, "Status"),
        code=optional(state, "ExitCode"),
    )
