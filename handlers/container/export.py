"""`/export`: the file system of a container, as a document."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import command, refused, targets
from bot.hosts.types import Kind, Target
from bot.message import Untrusted, msg
from bot.reply import Reply
from handlers.root import into
from handlers.sending import Parcel, send


@command(
    "container export",
    shortcut="export",
    permission="container.export",
    act=msg("export {target}"),
    feature="files",
    secret=True,
    streams=lambda _: True,
    follows=lambda _: False,
    root=into,
    cost=5,
)
@targets(Kind.CONTAINER, nargs=1)
@refused("-o", "--output", value=True, why=msg("It comes as a document."))
async def export(call: Call, container: Target) -> Reply:
    """Export a container's file system as a document."""
    name = at(container.name, container.host)
    parcel = Parcel(
        Untrusted(f"{container.name.raw}.tar.gz"), msg("Exported {name}: {size}", name=name)
    )
    async with call.host.archives.export(container.id) as source:
        return await send(call, parcel, source)
