"""`/network connect`: a container comes into a network."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from bot.command.addresses import ADDRESSES, IPV4, IPV6
from bot.command.call import Call, at
from bot.command.names import NAMES
from bot.command.pairs import pair
from bot.command.plan import Item, of_target
from bot.command.spec import Danger, command, option, refused, targets
from bot.errors import Conflict
from bot.hosts.types import Kind, Target
from bot.hosts.wanted import Attachment
from bot.message import msg
from bot.reply import Reply
from handlers.each import each
from handlers.network.inside import fitting, is_in

_NEWER = msg("It needs API 1.48, and I speak up to 1.45.")


@command(
    "network connect",
    permission="network.connect",
    act=msg("connect {target}"),
    danger=Danger.CHANGE,
)
@targets(Kind.NETWORK, nargs=1)
@targets(Kind.CONTAINER, nargs=1)
@option("--alias", multiple=True, type=NAMES, help="Name of the container in the network")
@option("--ip", type=IPV4, help="IPv4 address, as in 172.30.100.104")
@option("--ip6", type=IPV6, help="IPv6 address, as in 2001:db8::33")
@option("--link", multiple=True, help="Add a link to another container, as in db:alias")
@option("--link-local-ip", multiple=True, type=ADDRESSES, help="Add a link-local address")
@option(
    "--driver-opt",
    multiple=True,
    type=pair("option", several=True),
    help="Set options of the network's driver",
)
@refused("--gw-priority", value=True, why=_NEWER)
async def connect(  # noqa: PLR0913 - Docker's options
    call: Call,
    network: Target,
    container: Target,
    *,
    alias: tuple[tuple[str, ...], ...],
    ip: str | None,
    ip6: str | None,
    link: tuple[str, ...],
    link_local_ip: tuple[tuple[str, ...], ...],
    driver_opt: tuple[tuple[tuple[str, str], ...], ...],
) -> Reply:
    """Connect a container to a network."""
    how = Attachment(
        aliases=tuple(chain(*alias)),
        ipv4=ip,
        ipv6=ip6,
        links=tuple(map(_linked, link)),
        link_local=tuple(chain(*link_local_ip)),
        options=dict(chain(*driver_opt)),
    )

    async def act(item: Item) -> bool:
        if await is_in(call, network, item):
            if how == Attachment():
                return False
            raise Conflict(
                msg("It is in it already, and has to be disconnected to be in it otherwise."),
                msg("Nothing was changed."),
            )
        fitting(call, (ip, ip6))
        await call.host.networks.connect(network.id, item.id, how)
        return True

    name = at(network.name, network.host)
    return await each(
        replace(call, items=(of_target(container),)),
        act,
        done=msg("Connected {name} to {network}.", network=name),
        already=msg("{name} was in {network} already.", network=name),
    )


def _linked(text: str) -> tuple[str, str]:
    """A container and its alias, its own name where none is given."""
    container, _, alias = text.partition(":")
    return container, alias or container
