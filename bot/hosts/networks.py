"""The networks of an Engine."""

from __future__ import annotations

from bot.hosts import listing
from bot.hosts.answer import sequence
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.types import Network


class Networks:
    """The networks of one Engine, by id or name.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def list(self) -> tuple[Network, ...]:
        """The networks.

        `users` is 0 for all: the list does not tell them, containers do.
        """
        return await self._link.run(
            lambda client: tuple(map(listing.network, sequence(client.networks())))
        )

    async def remove(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        """Remove it.

        Raises:
            NotFound: if there is no such network.
            Conflict: if a container is attached, or it is Docker's own.
        """
        name = one_segment(self._link.name, id)
        await self._link.run(lambda client: client.remove_network(name), changes=True)
