"""`/image inspect`: what an image is and runs, and all that the Engine knows of it, as a file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.plan import Item
from bot.command.spec import command, refused, targets
from bot.hosts.image_details import ImageDetails
from bot.hosts.types import Kind, Target
from bot.message import Message, Moment, Size, Untrusted, Value, msg
from bot.reply import Reply, Table
from bot.reply.docker import short
from bot.reply.template import Template
from handlers.looking import Looked, looked

_LISTED = 6


@command(
    "image inspect",
    permission="image.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.IMAGE)
@formats(None, "-f")
@refused(
    "--platform",
    value=True,
    why=msg("It needs a newer API of Docker's than I speak: I show what this host would run."),
)
async def inspect(call: Call, images: tuple[Target, ...], template: Template | None) -> Reply:
    """Show all details of one or more images, secrets masked."""

    async def look(item: Item, name: Untrusted) -> Looked:
        found = await call.host.images.inspect(item.id)
        return Looked(_verdict(name, found), (Table(tuple(_rows(found))),), found.whole)

    return await looked(call, look, template)


def _verdict(name: Untrusted, found: ImageDetails) -> Message:
    size = Size(found.size)
    if found.created is None:
        return msg("{name}: {size}", name=name, size=size)
    return msg("{name}: {size}, made {time}", name=name, size=size, time=Moment(found.created))


def _rows(found: ImageDetails) -> Iterator[tuple[Value, ...]]:
    """The lines of the summary; what is not there is left out."""
    yield msg("id"), Untrusted(short(found.id))
    if found.platform.raw:
        yield msg("platform"), found.platform
    yield msg("layers"), found.layers
    if found.command:
        yield msg("runs"), Untrusted(shlex.join(found.command))
    if found.user.raw:
        yield msg("user"), found.user
    for port in found.ports[:_LISTED]:
        yield msg("port"), port
    for volume in found.volumes[:_LISTED]:
        yield msg("volume"), volume
    for tag in found.tags[1:_LISTED]:
        yield msg("also"), tag
