"""The networks of an Engine."""

from __future__ import annotations

from collections.abc import Mapping

from docker.types import IPAMConfig, IPAMPool

from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts import drivers, joining, listing
from bot.hosts.answer import Refused, mapping, sequence, string, untrusted
from bot.hosts.client import Client
from bot.hosts.details import network_details
from bot.hosts.link import Link
from bot.hosts.overlap import overlap
from bot.hosts.paths import one_segment
from bot.hosts.types import Network, NetworkDetails
from bot.hosts.wanted import Attachment, NewNetwork
from bot.message import Untrusted, msg


class Networks:
    """The networks of one Engine, by id or name.

    Every method raises DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def list(self, filters: Mapping[str, list[str]] | None = None) -> tuple[Network, ...]:
        """The networks; `filters` are Docker's.

        `users` is 0 for all: the list does not tell them, containers do.
        """
        wanted = dict(filters) if filters else None
        return await self._link.run(
            lambda client: tuple(map(listing.network, sequence(client.networks(filters=wanted))))
        )

    async def inspect(self, id: str, *, verbose: bool = False) -> NetworkDetails:  # noqa: A002 - Docker's
        """Everything that the Engine knows about it; `verbose`: of a swarm's services too.

        Raises:
            NotFound: if there is no such network.
        """
        name = one_segment(self._link.name, id)
        return await self._link.run(
            lambda client: network_details(client.inspect_network(name, verbose=verbose or None))
        )

    async def create(self, new: NewNetwork) -> tuple[str, Untrusted]:
        """Make it: its id, and what the Engine warns of, "" for nothing.

        Raises:
            NotFound: if there is no such driver, or no range that is free.
            Conflict: if there is one of this name.
        """
        try:
            return await self._link.run(lambda client: _create(client, new), changes=True)
        except NotFound as error:
            raise await drivers.explained(self._link, "Network", new.driver, error) from error
        except Conflict as error:
            raise self._taken(new) from error
        except DockerFault as error:
            raise await self._explained(new, error) from error

    async def connect(self, id: str, container: str, how: Attachment) -> None:  # noqa: A002 - Docker's
        """Put a container into it, or leave no trace in either.

        Raises:
            NotFound: if there is no such network or container.
        """
        host = self._link.name
        name, other = one_segment(host, id), one_segment(host, container)
        await joining.connect(self._link, name, other, how)

    async def disconnect(self, id: str, container: str, *, force: bool = False) -> None:  # noqa: A002 - Docker's
        """Take a container out of it; `force` as well where its network is broken.

        Raises:
            NotFound: if there is no such network or container.
        """
        host = self._link.name
        name, other = one_segment(host, id), one_segment(host, container)
        await joining.disconnect(self._link, name, other, force=force)

    async def remove(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        """Remove it.

        Raises:
            NotFound: if there is no such network.
            DockerFault: if a container is attached, or it is Docker's own.
        """
        name = one_segment(self._link.name, id)
        await self._link.run(lambda client: client.remove_network(name), changes=True)

    def _taken(self, new: NewNetwork) -> Conflict:
        host, name = Untrusted(self._link.name), Untrusted(new.name)
        return Conflict(
            msg("{host} has a network {name} already.", host=host, name=name),
            msg("Nothing was changed."),
        )

    async def _explained(self, new: NewNetwork, error: DockerFault) -> BotError:
        """Why it was refused, where the networks that there are tell it.

        The Engine has a 500 for many a mistake of its asker's: what was not made then, is not.
        """
        if not isinstance(error.__cause__, Refused):
            return error
        try:
            there = await self.list()
        except BotError:
            return error
        unchanged = msg("Nothing was changed.")
        if found := overlap(new.pools, there):
            wanted, other, network = found
            told = msg(
                "{subnet} overlaps {other} of {network}.",
                subnet=Untrusted(wanted),
                other=other,
                network=network.name,
            )
            return DockerFault(told, unchanged)
        if error.unknown and all(new.name != network.name.raw for network in there):
            return DockerFault(error.message, unchanged)
        return error


def _create(client: Client, new: NewNetwork) -> tuple[str, Untrusted]:
    pools = [
        IPAMPool(pool.subnet, pool.ip_range, pool.gateway, dict(pool.aux) or None)
        for pool in new.pools
    ]
    raw = mapping(
        client.create_network(
            new.name,
            new.driver,
            options=dict(new.options),
            ipam=IPAMConfig(new.ipam_driver, pools, dict(new.ipam_options) or None),
            check_duplicate=True,  # before API 1.44 the Engine would make two of one name
            internal=new.internal,
            labels=dict(new.labels) or None,
            enable_ipv6=new.ipv6,
            attachable=new.attachable,
            scope=new.scope,
        )
    )
    return string(raw, "Id"), untrusted(raw, "Warning")
