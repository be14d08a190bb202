"""The images that a build takes from elsewhere, on the host before it begins.

The builder would pull them by itself, and what one of them has it do for who builds on it
(`ONBUILD`) nobody would have looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.archive.bad import BadArchive
from bot.command.call import Call
from bot.errors import NotFound
from bot.hosts.image_details import ImageDetails
from bot.message import Untrusted, msg
from handlers.image.build.bases import triggered
from handlers.image.pull import bring
from handlers.image.registries import listed

_MOST = 50


async def ready(call: Call, images: Iterable[str]) -> None:
    """Pull what is not there, and look at what it would have a builder do.

    Raises:
        Denied: it comes from a registry that is not listed, or who asks may not pull it.
        BadArchive: a base has done what no Dockerfile may.
        Cancelled: somebody stopped it.
    """
    waiting, seen = list(images), set[str]()
    while waiting:
        image = waiting.pop(0)
        if image in seen:
            continue
        seen.add(image)
        if len(seen) > _MOST:
            raise BadArchive(msg("It is made of more than {most} images.", most=_MOST))
        listed(call, image)
        found = await _local(call, image)
        if found is None or call.params["pull"] or not _fits(found, call.params["platform"]):
            await bring(call, image, platform=call.params["platform"], quiet=call.params["quiet"])
            found = await call.host.images.inspect(image)
        try:
            waiting += triggered(found.triggers)
        except BadArchive as error:
            raise error.under(msg("{name} can't be built on.", name=Untrusted(image))) from error


async def _local(call: Call, image: str) -> ImageDetails | None:
    try:
        return await call.host.images.inspect(image)
    except NotFound:
        return None


def _fits(found: ImageDetails, platform: str | None) -> bool:
    """Whether it is for a platform: `linux/arm64` is for any variant of that."""
    known = f"{found.platform.raw}/"
    return platform is None or known.startswith(f"{platform.lower()}/")
