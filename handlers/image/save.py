"""`/save`: images with all their layers, as a document that `/load` takes."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import command, refused, targets
from bot.hosts.types import Kind, Target
from bot.message import Names, Untrusted, msg
from bot.reply import Reply
from handlers.sending import Parcel, send


@command(
    "image save",
    shortcut="save",
    permission="image.save",
    act=msg("save {target}"),
    feature="files",
    secret=True,
    streams=lambda _: True,
    follows=lambda _: False,
    cost=5,
)
@targets(Kind.IMAGE)
@refused("-o", "--output", value=True, why=msg("It comes as a document."))
@refused("--platform", value=True, why=msg("I save what the host has."))
async def save(call: Call, images: tuple[Target, ...]) -> Reply:
    """Save one or more images as a document."""
    names = Names(tuple(at(image.name, image.host) for image in images))
    first = images[0].name.raw if len(images) == 1 else "images"
    parcel = Parcel(Untrusted(f"{first}.tar.gz"), msg("Saved {names}: {size}", names=names))
    # By name, so that what is loaded from it has its tags again.
    async with call.host.archives.save([_reference(image) for image in images]) as source:
        return await send(call, parcel, source)


def _reference(image: Target) -> str:
    return image.name.raw if image.state else image.id
