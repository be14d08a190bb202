"""How large images are, for the last word on what has brought or sent them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.reference import full, repository
from bot.hosts.types import Image
from bot.message import Message, Size, msg


async def images_now(call: Call) -> Sequence[Image]:
    """The images of the host; none where it can't tell, as a size is not worth failing for."""
    try:
        return await call.host.images.list()
    except BotError:
        return ()


def size_in(images: Sequence[Image], name: str, *, all_tags: bool = False) -> Size | Message:
    """The size of the image of this tag, digest or id; with `all_tags`, of all of its repository.

    Images share layers: of several it is an upper bound, and says so.
    """
    is_one = _in_repository if all_tags else _named
    found = {image.id: image.size for image in images if is_one(image, name)}
    if not found:
        return msg("size unknown")
    size = Size(sum(found.values()))
    return size if len(found) == 1 else msg("at most {size}", size=size)


def _named(image: Image, name: str) -> bool:
    """Whether an image has this tag, digest or id."""
    wanted = full(name)
    return name == image.id or any(full(n.raw) == wanted for n in (*image.tags, *image.digests))


def _in_repository(image: Image, name: str) -> bool:
    return any(repository(tag.raw) == repository(name) for tag in image.tags)
