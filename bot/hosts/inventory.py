"""Which containers there are: one list call, or a list that the feed keeps up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.hosts import listing
from bot.hosts.link import Link
from bot.hosts.shared import Shared
from bot.hosts.types import Container

# What a list without `all` has (moby `daemon/list.go`: what is running, paused and restarting).
RUNNING = frozenset({"running", "paused", "restarting"})
_LONG = 60.0  # seconds for sizes: the Engine walks through the files of every container


class Inventory(Protocol):
    """Answers what containers a host has."""

    async def containers(
        self,
        *,
        all: bool = True,  # noqa: A002 - Docker's own name for it
        filters: Mapping[str, list[str]] | None = None,
        size: bool = False,
        recent: bool = False,
    ) -> tuple[Container, ...]:
        """The containers, newest first; `filters` are Docker's; `size` takes the Engine long.

        `recent`: for what only offers, such as a picker, the feed's list will do. That is about a
        minute old at most, and nothing that was heard has changed since. What is shown or acted on
        is asked for.
        """
        ...


class Listed:
    """Asks the Engine each time: one request at any number of containers, and of callers.

    What 5,000 containers are read into takes 35 MiB for a moment.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._shared: Shared[tuple[Container, ...]] = Shared(link)

    async def containers(
        self,
        *,
        all: bool = True,  # noqa: A002 - Docker's own name for it
        filters: Mapping[str, list[str]] | None = None,
        size: bool = False,
    ) -> tuple[Container, ...]:
        """The containers, newest first.

        Raises:
            DockerFault: if the Engine does not answer as it should.
        """
        wanted = {key: list(values) for key, values in (filters or {}).items()}
        what = (all, size, tuple((key, tuple(values)) for key, values in wanted.items()))

        async def ask() -> tuple[Container, ...]:
            return await self._link.run(
                lambda client: listing.containers(
                    client.containers(all=all, filters=wanted or None, size=size), sized=size
                ),
                seconds=_LONG if size else None,
                slow=size,
            )

        return await self._shared.ask(what, ask)


class Live:
    """Asks the Engine, unless what is recent will do and the feed has it."""

    def __init__(self, listed: Listed, newest: Callable[[], tuple[Container, ...] | None]) -> None:
        self._listed = listed
        self._newest = newest

    async def containers(
        self,
        *,
        all: bool = True,  # noqa: A002 - Docker's own name for it
        filters: Mapping[str, list[str]] | None = None,
        size: bool = False,
        recent: bool = False,
    ) -> tuple[Container, ...]:
        """The containers, newest first.

        Raises:
            DockerFault: if the Engine does not answer as it should.
        """
        known = self._newest() if recent and not (filters or size) else None
        if known is None:
            return await self._listed.containers(all=all, filters=filters, size=size)
        return known if all else tuple(c for c in known if c.state in RUNNING)
