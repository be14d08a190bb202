"""`/network inspect`: a network's addresses, and who is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.plan import Item
from bot.command.spec import command, flag, targets
from bot.hosts.types import Endpoint, Kind, NetworkDetails, Target
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Fold, Reply, Table
from bot.reply.template import Template
from handlers.looking import Looked, looked
from handlers.summary import Row, label_rows, option_rows

_SHOWN = 6
_FOLDED = 60
_LOCAL = "local"


@command(
    "network inspect",
    permission="network.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.NETWORK)
@formats(None, "-f")
@flag("-v", "--verbose", help="Show the services of a swarm as well, in the file")
async def inspect(
    call: Call, networks: tuple[Target, ...], template: Template | None, *, verbose: bool
) -> Reply:
    """Show all details of one or more networks, secrets masked."""

    async def look(item: Item, name: Untrusted) -> Looked:
        found = await call.host.networks.inspect(item.id, verbose=verbose)
        rows = Table(tuple(_rows(found)))
        return Looked(_verdict(name, found), (rows, *_endpoints(found.endpoints)), found.whole)

    return await looked(call, look, template)


def _verdict(name: Untrusted, found: NetworkDetails) -> Message:
    """The Engine tells those that run."""
    if not found.endpoints:
        return msg("{name}: nothing that runs is in it", name=name)
    return plural(
        "{name}: {count} container runs in it",
        "{name}: {count} containers run in it",
        len(found.endpoints),
        name=name,
    )


def _rows(found: NetworkDetails) -> Iterator[Row]:
    """The lines of the summary; what is as usual is left out."""
    network = found.network
    yield msg("driver"), network.driver
    if network.scope.raw not in {"", _LOCAL}:
        yield msg("scope"), network.scope
    for subnet in network.subnets:
        yield msg("subnet"), subnet
    for gateway in found.gateways:
        yield msg("gateway"), gateway
    if network.internal:
        yield msg("way out"), msg("none")
    if found.attachable:
        yield msg("attachable"), msg("yes")
    if network.ipv6:
        yield msg("IPv6"), msg("yes")
    yield from option_rows(found.options)
    yield from label_rows(network.labels)


def _endpoints(endpoints: Sequence[Endpoint]) -> Iterator[Block]:
    """Who is in it, with the first address there; of many the first, and the rest folded."""

    def table(rows: Sequence[Endpoint]) -> Table:
        cells = ((e.name, e.addresses[0] if e.addresses else Untrusted("")) for e in rows)
        return Table(tuple(cells))

    if endpoints:
        yield table(endpoints[:_SHOWN])
    if endpoints[_SHOWN:]:
        yield Fold((table(endpoints[_SHOWN:_FOLDED]),))
