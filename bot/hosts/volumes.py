"""The volumes of an Engine."""

from __future__ import annotations

from bot.hosts import listing
from bot.hosts.answer import mapping, sequence
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.types import Volume


class Volumes:
    """The volumes of one Engine, by name.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def list(self) -> tuple[Volume, ...]:
        """The volumes, without sizes: those are in `system.df()`."""
        return await self._link.run(
            lambda client: tuple(
                map(listing.volume, sequence(mapping(client.volumes()).get("Volumes")))
            )
        )

    async def remove(self, name: str) -> None:
        """Delete it with all that it holds.

        Raises:
            NotFound: if there is no such volume.
            Conflict: if a container uses it.
        """
        safe = one_segment(self._link.name, name)
        await self._link.run(lambda client: client.remove_volume(safe), changes=True)
