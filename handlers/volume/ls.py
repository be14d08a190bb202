"""`/volumes`: what volumes there are, and which containers use them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, option, refused
from bot.hosts.types import Volume
from bot.message import Message, Untrusted, Value, msg, plural
from bot.reply import Button, Excerpt, Reply, Table, Text
from bot.reply.containers import by_name
from handlers.offer import may
from handlers.pages import listed
from handlers.users import Users, briefly, of_volumes

_LOCAL = "local"
_SORTS: dict[str, Callable[[Volume], Any]] = {
    "name": lambda v: by_name(v.name),
    "created": lambda v: -v.created,
    "driver": lambda v: (v.driver.raw, by_name(v.name)),
}


@command(
    "volume ls",
    shortcut="volumes",
    aliases=("volume list",),
    permission="volume.ls",
    act=msg("list the volumes of {host}"),
)
@flag("-q", "--quiet", help="Only show volume names")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("dangling", "driver", "label", "name"),
    help="Filter by a condition, as in dangling=true",
)
@option("--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, driver")
@option("--page", type=PAGE, help="Show one page of the plain list")
@refused("--cluster", why=msg("Volumes of a swarm's cluster are not among what I show."))
async def ls(
    call: Call, *, quiet: bool, wanted: tuple[tuple[str, str], ...], sort: str, page: int | None
) -> Reply:
    """List volumes, and who uses them."""
    found, containers = await asyncio.gather(
        call.host.volumes.list(as_engine_filters(wanted)), call.host.inventory.containers()
    )
    volumes, users = sorted(found, key=_SORTS[sort]), of_volumes(containers)
    verdict = Text(_verdict(call, volumes, users))
    if quiet:
        names = "\n".join(v.name.raw for v in volumes)
        return Reply((verdict, *([Excerpt(Untrusted(names), tail=False)] if names else [])))
    shown = listed(call, volumes, page, lambda rows: _table(rows, users))
    return Reply((verdict, *shown.blocks), buttons=(*shown.buttons, *_prune(call, volumes, users)))


def _verdict(call: Call, volumes: Sequence[Volume], users: Users) -> Message:
    host, count = Untrusted(call.host.name), len(volumes)
    unused = sum(not users.get(v.name.raw) for v in volumes)
    if not count:
        return msg("{host}: no volumes", host=host)
    if not unused:
        return plural(
            "{host}: {count} volume, in use",
            "{host}: {count} volumes, all in use",
            count,
            host=host,
        )
    return plural(
        "{host}: {count} volume, {unused} unused",
        "{host}: {count} volumes, {unused} unused",
        count,
        host=host,
        unused=unused,
    )


def _table(volumes: Sequence[Volume], users: Users) -> Table:
    """The driver is shown only where one is not Docker's own."""
    drivers = any(v.driver.raw != _LOCAL for v in volumes)
    rows: list[tuple[Value, ...]] = []
    for volume in volumes:
        used = briefly(users.get(volume.name.raw, ()))
        rows.append((volume.name, volume.driver, used) if drivers else (volume.name, used))
    return Table(tuple(rows))


def _prune(call: Call, volumes: Sequence[Volume], users: Users) -> tuple[tuple[Button, ...], ...]:
    """What a prune without `-a` would take is worth a button."""
    host = call.host.name
    if not any(v.anonymous and not users.get(v.name.raw) for v in volumes):
        return ()
    label = msg("Prune volumes on {host}…", host=Untrusted(host))
    prune = Button(label, ("volume", "prune"), host=host)
    return ((prune,),) if may(call, "volume prune") else ()
