"""`/volume inspect`: where a volume is, what it was made with, who uses it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.plan import Item
from bot.command.spec import command, targets
from bot.hosts.types import Kind, Target, VolumeDetails
from bot.message import Message, Moment, Untrusted, msg
from bot.reply import Reply, Table
from bot.reply.template import Template
from handlers.looking import Looked, looked
from handlers.summary import Row, label_rows, option_rows
from handlers.users import names, of_volumes

_LOCAL = "local"


@command(
    "volume inspect",
    permission="volume.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.VOLUME)
@formats(None, "-f")
async def inspect(call: Call, volumes: tuple[Target, ...], template: Template | None) -> Reply:
    """Show all details of one or more volumes, secrets masked."""
    containers = () if template else await call.host.inventory.containers()
    users = of_volumes(containers)

    async def look(item: Item, name: Untrusted) -> Looked:
        found = await call.host.volumes.inspect(item.id)
        used = users.get(found.volume.name.raw, ())
        verdict: Message = msg("{name}: unused", name=name)
        if used:
            verdict = msg("{name}: used by {users}", name=name, users=names(used))
        return Looked(verdict, (Table(tuple(_rows(found))),), found.whole)

    return await looked(call, look, template)


def _rows(found: VolumeDetails) -> Iterator[Row]:
    """The lines of the summary; what is as usual is left out."""
    volume = found.volume
    yield msg("driver"), volume.driver
    if volume.created:
        yield msg("created"), Moment(volume.created)
    yield msg("path"), volume.path
    if volume.scope.raw not in {"", _LOCAL}:
        yield msg("scope"), volume.scope
    yield from option_rows(found.options)
    yield from label_rows(volume.labels)
