"""Making an image of a container."""

from __future__ import annotations

from collections.abc import Sequence

from bot.hosts.answer import identity, mapping
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.reference import split


class Commits:
    """Makes images of one Engine's containers."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def commit(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        name: str | None,
        author: str | None,
        message: str | None,
        changes: Sequence[str],
        pause: bool,
        seconds: float,
    ) -> str:
        """The id of the image, which has `name` from then on; `changes` are of a Dockerfile.

        The files of a container may be many: it takes `seconds` at most.

        Raises:
            NotFound: there is no such container.
            Conflict: it is dead, or being removed.
            DockerFault: the Engine fails (`unknown` where it may have done it).
        """
        container = one_segment(self._link.name, id)
        repository, tag = split(name) if name else (None, None)
        return await self._link.run(
            lambda client: identity(
                mapping(
                    client.commit(
                        container,
                        repository=repository,
                        tag=tag,
                        message=message,
                        author=author,
                        pause=pause,
                        changes=list(changes),
                    )
                )
            ),
            changes=True,
            seconds=seconds,
        )
