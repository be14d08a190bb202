"""The images of an Engine."""

from __future__ import annotations

from collections.abc import Mapping

from bot.hosts import listing
from bot.hosts.answer import identity, mapping, sequence
from bot.hosts.image_details import ImageDetails, Layer, history, image_details
from bot.hosts.link import Link
from bot.hosts.paths import image_reference
from bot.hosts.reference import split
from bot.hosts.types import Image


class Images:
    """The images of one Engine, by id or reference.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def list(
        self,
        *,
        all: bool = False,  # noqa: A002 - Docker's name for it
        filters: Mapping[str, list[str]] | None = None,
    ) -> tuple[Image, ...]:
        """The images; `all` shows layers between as well, `filters` are Docker's."""
        wanted = dict(filters) if filters else None
        return await self._link.run(
            lambda client: listing.images(client.images(all=all, filters=wanted))
        )

    async def inspect(self, reference: str) -> ImageDetails:
        """Everything that the Engine knows about it.

        Raises:
            NotFound: if there is no such image.
        """
        name = image_reference(self._link.name, reference)
        return await self._link.run(
            lambda client: image_details(client.inspect_image(name))  # type: ignore[no-untyped-call]  # the stubs leave it out
        )

    async def history(self, reference: str) -> tuple[Layer, ...]:
        """The steps that it was made in, the newest first.

        Raises:
            NotFound: if there is no such image.
        """
        name = image_reference(self._link.name, reference)
        return await self._link.run(
            lambda client: history(client.history(name))  # type: ignore[no-untyped-call]  # likewise
        )

    async def id_of(self, reference: str) -> str:
        """The id of the image that has this tag now.

        Raises:
            NotFound: if there is no such image.
        """
        name = image_reference(self._link.name, reference)
        return await self._link.run(
            lambda client: identity(mapping(client.inspect_image(name)))  # type: ignore[no-untyped-call]  # the stubs leave it out
        )

    async def tag(self, id: str, name: str) -> None:  # noqa: A002 - Docker's name for it
        """Give it a tag, which another may have had.

        Raises:
            NotFound: if there is no such image.
        """
        image = image_reference(self._link.name, id)
        repository, tag = split(name)
        await self._link.run(lambda client: client.tag(image, repository, tag), changes=True)

    async def remove(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        force: bool = False,
        parents: bool = True,
    ) -> bool:
        """Take a tag away, and delete the image with the last one; whether that was deleted.

        `parents` deletes those before it as well that have no tag.

        Raises:
            NotFound: if there is no such image.
            Conflict: if a container uses it, or it has several tags and `id` is none of them.
        """
        name = image_reference(self._link.name, id)
        return await self._link.run(
            lambda client: _deleted(client.remove_image(name, force=force, noprune=not parents)),
            changes=True,
        )


def _deleted(value: object) -> bool:
    """Whether more than a name has gone: what has is told one by one."""
    return any("Deleted" in mapping(row) for row in sequence(value))
