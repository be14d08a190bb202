"""`/volume inspect`: where a volume is, what it was made with, who uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.command.call import Call
from bot.command.plan import Item
from bot.command.spec import command, targets
from bot.hosts.types import Kind, Target, VolumeDetails
from bot.message import Message, Moment, Untrusted, msg
from bot.reply import Reply, Table
from handlers.looking import Looked, Row, label_rows, looked, option_rows
from handlers.users import names, of_volumes

_LOCAL = "local"


@command(
    "volume inspect",
    permission="volume.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.VOLUME)
async def inspect(call: Call, volumes: tuple[Target, ...]) -> Reply:
    """Show all details of one or more volumes, secrets masked."""

    async def look(item: Item, name: Untrusted) -> Looked:
        found, containers = await asyncio.gather(
            call.host.volumes.inspect(item.id), call.host.inventory.containers()
        )
        users = of_volumes(containers).get(item.id, ())
        verdict: Message = msg("{name}: unused", name=name)
        if users:
            verdict = msg("{name}: used by {users}", name=name, users=names(users))
        return Looked(verdict, (Table(tuple(_rows(found))),), found.whole)

    return await looked(call, look)


def _rows(found: VolumeDetails) -> Iterator[Row]:
    """The lines of the summary; what is as usual is left out."""
    volume = found.volume
    yield msg("driver"), volume.driver
    if volume.created:
        yield msg("created"), Moment(volume.created)
    yield msg("path"), found.path
    if found.scope.raw not in {"", _LOCAL}:
        yield msg("scope"), found.scope
    yield from option_rows(found.options)
    yield from label_rows(volume.labels)
