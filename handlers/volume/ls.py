"""`/volumes`: what volumes there are, and which containers use them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, option, refused
from bot.hosts.types import Volume
from bot.message import Message, Untrusted, Value, msg, plural
from bot.reply import Button, Excerpt, Reply, Table, Text
from bot.reply.containers import by_name
from bot.reply.template import Template
from handlers.formatted import fitting, formatted
from handlers.offer import may
from handlers.pages import in_pages
from handlers.summary import SORTED
from handlers.users import SHOWS, Users, briefly, by_use, of_volumes
from handlers.volume.columns import COLUMNS

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
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("dangling", "driver", "label", "name"),
    help="Filter by a condition, as in dangling=true",
)
@formats(COLUMNS)
@flag("-q", "--quiet", help="Only show volume names")
@refused("--cluster", why=msg("Volumes of a swarm's cluster are not among what I show."))
@option("--show", type=choice(*SHOWS), default="all", help="Show all, used or unused ones")
@option("--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, driver")
@option("--page", type=PAGE, help="Show one page of the list")
async def ls(
    call: Call,
    *,
    wanted: tuple[tuple[str, str], ...],
    template: Template | None,
    quiet: bool,
    show: str,
    sort: str,
    page: int | None,
) -> Reply:
    """List volumes, and who uses them."""
    fitting(quiet=quiet, format=template is not None)
    found, containers = await asyncio.gather(
        call.host.volumes.list(as_engine_filters(wanted)), call.host.inventory.containers()
    )
    volumes, users = sorted(found, key=_SORTS[sort]), of_volumes(containers)
    verdict = _verdict(call, volumes, users)
    rows, shows = by_use(volumes, lambda v: _idle(v, users), show)
    if quiet:
        names = "\n".join(v.name.raw for v in rows)
        listed = (Excerpt(Untrusted(names), tail=False),) if names else ()
        return Reply((Text(verdict), *listed))
    if template and not template.bare:
        return formatted(call, verdict, rows, COLUMNS, template)
    return in_pages(
        call,
        verdict,
        rows,
        lambda some: _table(some, users),
        SORTED,
        _prune(call, volumes, users),
        shows=shows,
    )


def _idle(volume: Volume, users: Users) -> bool:
    return not users.get(volume.name.raw)


def _verdict(call: Call, volumes: Sequence[Volume], users: Users) -> Message:
    host, count = Untrusted(call.host.name), len(volumes)
    unused = sum(_idle(v, users) for v in volumes)
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


def _prune(call: Call, volumes: Sequence[Volume], users: Users) -> tuple[Button, ...]:
    """What a prune without `-a` would take is worth a button."""
    host = call.host.name
    if not any(v.anonymous and not users.get(v.name.raw) for v in volumes):
        return ()
    label = msg("Prune volumes on {host}…", host=Untrusted(host))
    prune = Button(label, ("volume", "prune"), host=host)
    return (prune,) if may(call, "volume prune") else ()
