"""Which containers there are: one list call now; later a list kept up to date by events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.hosts import listing
from bot.hosts.link import Link
from bot.hosts.types import Container


class Inventory(Protocol):
    """Answers what containers a host has."""

    async def containers(
        self,
        *,
        all: bool = True,  # noqa: A002 - Docker's own name for it
        filters: Mapping[str, list[str]] | None = None,
        size: bool = False,
    ) -> tuple[Container, ...]:
        """The containers, newest first; `filters` are Docker's; `size` takes the Engine long."""
        ...


class Listed:
    """Asks the Engine each time: one request at any number of containers."""

    def __init__(self, link: Link) -> None:
        self._link = link

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
        wanted = dict(filters) if filters else None
        return await self._link.run(
            lambda client: listing.containers(
                client.containers(all=all, filters=wanted, size=size), sized=size
            ),
            slow=size,
        )
