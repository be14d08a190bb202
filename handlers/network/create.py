"""`/network create`: a range of addresses of its own, apart from the host's network."""

from __future__ import annotations

from collections.abc import Iterable

from bot.command.addresses import ADDRESSES, KEPT, SUBNETS
from bot.command.call import Call, at
from bot.command.kinds import choice
from bot.command.names import new_name
from bot.command.pairs import pair
from bot.command.plan import Item
from bot.command.spec import Danger, argument, command, flag, option, refused
from bot.errors import BotError, UsageError
from bot.hosts.reach import of_network
from bot.hosts.types import Kind
from bot.hosts.wanted import NewNetwork, Scope
from bot.message import Message, Untrusted, msg
from bot.reply import Block, Button, Reply, Table, Text
from handlers.each import verdict_on
from handlers.network.pools import pools
from handlers.offer import may

Pairs = tuple[tuple[str, str], ...]
Several = tuple[Iterable[object], ...]

_PREDEFINED = frozenset({"bridge", "host", "none", "default"})  # moby `runconfig`


async def _root(call: Call) -> tuple[Message, ...]:
    """Why it reaches the host's own network, which no container is otherwise part of."""
    params = call.params
    if params["name"] in _PREDEFINED:
        raise UsageError(
            msg("{name} is a network of Docker's own.", name=Untrusted(params["name"])),
            msg("Nothing was changed."),
        )
    subnets = [pool.subnet for pool in pools(params)]
    return tuple(of_network(params["driver"], dict(params["opt"]), subnets))


@command(
    "network create",
    permission="network.create",
    act=msg("create a network on {host}"),
    danger=Danger.CHANGE,
    root=_root,
)
@argument("name", type=new_name(1))
@option("-d", "--driver", default="bridge", help="Driver to manage the network")
@option("--subnet", multiple=True, type=SUBNETS, help="Subnet of the network, as in 10.1.0.0/16")
@option("--gateway", multiple=True, type=ADDRESSES, help="Gateway of a subnet")
@option("--ip-range", multiple=True, type=SUBNETS, help="Range of a subnet for containers")
@option(
    "--aux-address",
    multiple=True,
    type=KEPT,
    help="Address that no container gets, as in router=10.1.0.2",
)
@flag("--internal", help="Restrict external access to the network")
@flag("--attachable", help="Enable manual container attachment")
@flag("--ipv6", help="Enable IPv6 networking")
@option("--scope", type=choice("local", "swarm", "global"), help="Control the network's scope")
@option("--label", multiple=True, type=pair("label"), help="Set metadata on a network")
@option("-o", "--opt", multiple=True, type=pair("option"), help="Set driver specific options")
@option("--ipam-driver", default="default", help="Driver that gives out addresses")
@option("--ipam-opt", multiple=True, type=pair("option"), help="Set options of that driver")
@refused("--ipv4", why=msg("It needs API 1.48, and I speak up to 1.45."))
@refused("--ingress", why=msg("It is for the services of a swarm."))
@refused("--config-only", why=msg("It is for networks of a swarm."))
@refused("--config-from", value=True, why=msg("It is for networks of a swarm."))
async def create(  # noqa: PLR0913 - Docker's options
    call: Call,
    name: str,
    *,
    driver: str,
    subnet: Several,
    gateway: Several,
    ip_range: Several,
    aux_address: Pairs,
    internal: bool,
    attachable: bool,
    ipv6: bool,
    scope: Scope | None,
    label: Pairs,
    opt: Pairs,
    ipam_driver: str,
    ipam_opt: Pairs,
) -> Reply:
    """Create a network."""
    new = NewNetwork(
        name,
        driver,
        pools(call.params),
        internal=internal,
        attachable=attachable,
        ipv6=ipv6,
        scope=scope,
        options=dict(opt),
        labels=dict(label),
        ipam_driver=ipam_driver,
        ipam_options=dict(ipam_opt),
    )
    shown = Untrusted(name)
    call.about[:] = [Item(Kind.NETWORK, "", shown)]
    try:
        made, warning = await call.host.networks.create(new)
    except BotError as error:
        raise verdict_on(call, error) from error.__cause__
    call.about[:] = [Item(Kind.NETWORK, made, shown)]
    blocks: list[Block] = [Text(msg("Created {name}.", name=at(shown, call.host.name)))]
    if warning.raw:
        blocks.append(Text(msg("! {warning}", warning=warning)))
    label_ = msg("Inspect {name}", name=shown)
    look = Button(label_, ("network", "inspect", name), host=call.host.name)
    return Reply(
        (*blocks, *await _addresses(call, made)),
        buttons=((look,),) if may(call, "network inspect") else (),
    )


async def _addresses(call: Call, made: str) -> tuple[Block, ...]:
    """Its ranges, which the Engine may have chosen; made it is in any case."""
    try:
        found = await call.host.networks.inspect(made)
    except BotError:
        return ()
    rows = tuple((msg("subnet"), subnet) for subnet in found.network.subnets)
    return (Table(rows),) if rows else ()
