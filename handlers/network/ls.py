"""`/networks`: what networks there are, and which containers are connected to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, option
from bot.hosts.types import Network
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Excerpt, Reply, Table, Text
from bot.reply.containers import by_name
from bot.reply.docker import short
from bot.reply.template import Template
from handlers.formatted import fitting, formatted
from handlers.network.columns import COLUMNS, TABLE
from handlers.pages import in_pages
from handlers.summary import SORTED
from handlers.users import SHOWS, Users, briefly, by_use, of_networks

_SORTS: dict[str, Callable[[Network], Any]] = {
    "name": lambda n: by_name(n.name),
    "created": lambda n: -n.created,
    "driver": lambda n: (n.driver.raw, by_name(n.name)),
}


@command(
    "network ls",
    shortcut="networks",
    aliases=("network list",),
    permission="network.ls",
    act=msg("list the networks of {host}"),
)
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("dangling", "driver", "id", "label", "name", "scope", "type"),
    help="Filter by a condition, as in driver=bridge",
)
@formats(COLUMNS)
@flag("--no-trunc", help="Show everything in full, as a file")
@flag("-q", "--quiet", help="Only show network IDs")
@option("--show", type=choice(*SHOWS), default="all", help="Show all, used or unused ones")
@option("--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, driver")
@option("--page", type=PAGE, help="Show one page of the list")
async def ls(
    call: Call,
    *,
    wanted: tuple[tuple[str, str], ...],
    template: Template | None,
    no_trunc: bool,
    quiet: bool,
    show: str,
    sort: str,
    page: int | None,
) -> Reply:
    """List networks, and who is connected to them."""
    fitting(quiet=quiet, format=template is not None)
    found, containers = await asyncio.gather(
        call.host.networks.list(as_engine_filters(wanted)), call.host.inventory.containers()
    )
    networks, users = sorted(found, key=_SORTS[sort]), of_networks(containers)
    verdict = _verdict(call, networks, users)
    rows, shows = by_use(networks, lambda n: _idle(n, users), show)
    if quiet:
        ids = "\n".join(short(n.id, whole=no_trunc) for n in rows)
        listed = (Excerpt(Untrusted(ids), tail=False),) if ids else ()
        return Reply((Text(verdict), *listed))
    if no_trunc or (template and not template.bare):
        chosen = TABLE if template is None or template.bare else template
        return formatted(call, verdict, rows, COLUMNS, chosen, whole=no_trunc)
    return in_pages(call, verdict, rows, lambda some: _table(some, users), SORTED, shows=shows)


def _idle(network: Network, users: Users) -> bool:
    """Whether nobody is connected to it; Docker's own are never unused."""
    return not (network.builtin or users.get(network.name.raw))


def _verdict(call: Call, networks: Sequence[Network], users: Users) -> Message:
    host, count = Untrusted(call.host.name), len(networks)
    unused = sum(_idle(n, users) for n in networks)
    if not count:
        return msg("{host}: no networks", host=host)
    if not unused:
        return plural("{host}: {count} network", "{host}: {count} networks", count, host=host)
    return plural(
        "{host}: {count} network, {unused} unused",
        "{host}: {count} networks, {unused} unused",
        count,
        host=host,
        unused=unused,
    )


def _table(networks: Sequence[Network], users: Users) -> Table:
    return Table(tuple((n.name, n.driver, _users(n, users)) for n in networks))


def _users(network: Network, users: Users) -> Message | Untrusted:
    used = users.get(network.name.raw, ())
    return Untrusted("") if network.builtin and not used else briefly(used)
