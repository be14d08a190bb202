"""One container's log as the Engine serves it: the request, and how its bytes are to be read."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import aiohttp

from bot.hosts.answer import boolean, mapping
from bot.hosts.frames import Lines
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.stream import Streams

# The Engine says nothing while it skips what is older than `since`.
_STALL = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a log: bounds are "seconds.nanoseconds" since the epoch, both included."""

    since: str | None = None
    until: str | None = None

    @classmethod
    def of(cls, since: float | None, until: float | None) -> Span:
        """From seconds since the epoch."""
        return cls(_seconds(since), _seconds(until))


@dataclass(frozen=True, slots=True)
class Source:
    """Whose log it is. With a TTY it comes as it was written, else in frames.

    With `details` each line begins with what its log driver adds: labels and variables.
    """

    link: Link
    streams: Streams
    id: str
    tty: bool
    details: bool = False

    @classmethod
    async def find(
        cls,
        link: Link,
        streams: Streams,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        details: bool = False,
    ) -> Source:
        """One inspect: whether there is a TTY is told nowhere else."""
        name = one_segment(link.name, id)
        tty = await link.run(
            lambda client: boolean(
                mapping(mapping(client.inspect_container(name)).get("Config")), "Tty"
            )
        )
        return cls(link, streams, name, tty, details)

    def open(
        self,
        span: Span,
        *,
        tail: int | None,
        stamped: bool,
        follow: bool = False,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The log's bytes. `tail` None: all of the span, to be read bit by bit."""
        params = {
            "stdout": "1",
            "stderr": "1",
            "follow": str(int(follow)),
            "timestamps": str(int(stamped)),
            "tail": "all" if tail is None else str(tail),
        }
        params |= {"details": "1"} if self.details else {}
        params |= {"since": span.since} if span.since else {}
        params |= {"until": span.until} if span.until else {}
        stall = None if follow else _STALL * self.link.timeout
        return self.streams.open(f"/containers/{self.id}/logs", params, stall=stall)

    def lines(self, *, stamped: bool) -> Lines:
        """What takes its bytes apart."""
        return Lines(tty=self.tty, stamped=stamped)


def _seconds(epoch: float | None) -> str | None:
    return None if epoch is None else f"{max(epoch, 0.0):.9f}"
