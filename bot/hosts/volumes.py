"""The volumes of an Engine."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import NotFound
from bot.hosts import drivers, listing
from bot.hosts.answer import mapping, sequence
from bot.hosts.details import volume_details
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.types import Volume, VolumeDetails
from bot.hosts.wanted import NewVolume


class Volumes:
    """The volumes of one Engine, by name.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def list(self, filters: Mapping[str, list[str]] | None = None) -> tuple[Volume, ...]:
        """The volumes, without sizes: those are in `system.df()`; `filters` are Docker's."""
        wanted = dict(filters) if filters else None
        return await self._link.run(
            lambda client: tuple(
                map(listing.volume, sequence(mapping(client.volumes(wanted)).get("Volumes")))
            )
        )

    async def inspect(self, name: str) -> VolumeDetails:
        """Everything that the Engine knows about it.

        Raises:
            NotFound: if there is no such volume.
        """
        safe = one_segment(self._link.name, name)
        return await self._link.run(lambda client: volume_details(client.inspect_volume(safe)))

    async def create(self, new: NewVolume) -> Volume:
        """Make it, and tell what was made.

        Where there is one of this name already, the Engine tells that one, whatever was asked for
        (moby `volume/service`), so one has to look before.

        Raises:
            NotFound: if there is no such driver.
        """
        try:
            return await self._link.run(
                lambda client: listing.volume(
                    client.create_volume(
                        new.name, new.driver, dict(new.options), dict(new.labels) or None
                    )
                ),
                changes=True,
            )
        except NotFound as error:
            raise await drivers.explained(self._link, "Volume", new.driver, error) from error

    async def remove(self, name: str, *, force: bool = False) -> None:
        """Delete it with all that it holds; `force` as well if its driver has gone.

        Raises:
            NotFound: if there is no such volume.
            Conflict: if a container uses it.
        """
        safe = one_segment(self._link.name, name)
        await self._link.run(lambda client: client.remove_volume(safe, force=force), changes=True)
