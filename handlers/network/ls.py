"""`/networks`: what networks there are, and which containers are connected to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, option
from bot.hosts.types import Network
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Excerpt, Fold, Reply, Table, Text
from bot.reply.containers import by_name
from handlers.pages import listed
from handlers.users import Users, briefly, of_networks

_SHORT = 12
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
@flag("-q", "--quiet", help="Only show network IDs")
@flag("--no-trunc", help="Show whole IDs as well")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("dangling", "driver", "id", "label", "name", "scope", "type"),
    help="Filter by a condition, as in driver=bridge",
)
@option("--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, driver")
@option("--page", type=PAGE, help="Show one page of the plain list")
async def ls(
    call: Call,
    *,
    quiet: bool,
    no_trunc: bool,
    wanted: tuple[tuple[str, str], ...],
    sort: str,
    page: int | None,
) -> Reply:
    """List networks, and who is connected to them."""
    found, containers = await asyncio.gather(
        call.host.networks.list(as_engine_filters(wanted)), call.host.inventory.containers()
    )
    networks, users = sorted(found, key=_SORTS[sort]), of_networks(containers)
    verdict = Text(_verdict(call, networks, users))
    if quiet:
        ids = "\n".join(n.id if no_trunc else n.id[:_SHORT] for n in networks)
        return Reply((verdict, *([Excerpt(Untrusted(ids), tail=False)] if ids else [])))
    shown = listed(call, networks, page, lambda rows: _table(rows, users))
    return Reply(
        (verdict, *shown.blocks, *(_ids(networks) if no_trunc else ())), buttons=shown.buttons
    )


def _verdict(call: Call, networks: Sequence[Network], users: Users) -> Message:
    """How many; Docker's own are never unused."""
    host, count = Untrusted(call.host.name), len(networks)
    unused = sum(not (n.builtin or users.get(n.name.raw)) for n in networks)
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


def _ids(networks: Sequence[Network]) -> tuple[Block, ...]:
    lines = "\n".join(f"{n.name.raw} {n.scope.raw}\n{n.id}" for n in networks)
    return (Fold((Excerpt(Untrusted(lines), tail=False),)),) if lines else ()
