"""Containers come into networks, and go out of them.

An Engine (20.10) that refuses to connect a running container, because the address is taken or in
no subnet, keeps the network in the container's settings all the same: it says that it has not got
it, and won't let it start again with it. So what was kept is taken out again: that takes a
connection without conditions, which goes through, and its end.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import BotError, DockerFault
from bot.hosts.answer import Refused, boolean, mapping, string
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.wanted import Attachment
from bot.message import msg


async def connect(link: Link, network: str, container: str, how: Attachment) -> None:
    """Put a container into a network; both by id.

    Raises:
        NotFound: if there is no such network or container.
        DockerFault: if the Engine refuses or fails.
    """
    try:
        await link.run(lambda client: _connect(client, network, container, how), changes=True)
    except DockerFault as error:
        raise await _undone(link, network, container, error) from error


async def disconnect(link: Link, network: str, container: str, *, force: bool) -> None:
    """Take a container out of a network; both by id; `force` as well where it is broken.

    Raises:
        NotFound: if there is no such network or container.
    """
    await link.run(
        lambda client: client.disconnect_container_from_network(container, network, force=force),
        changes=True,
    )


def _connect(client: Client, network: str, container: str, how: Attachment) -> None:
    client.connect_container_to_network(
        container,
        network,
        ipv4_address=how.ipv4,
        ipv6_address=how.ipv6,
        aliases=[*how.aliases] or None,
        links=[*how.links] or None,
        link_local_ips=[*how.link_local] or None,
        mac_address=how.mac,
        driver_opt=dict(how.options) or None,
    )


async def _undone(link: Link, network: str, container: str, error: DockerFault) -> DockerFault:
    """The error of a connection, once nothing of it is left, or what is."""
    if not isinstance(error.__cause__, Refused):
        return error
    try:
        kept = await link.run(lambda client: _kept(client, network, container))
    except BotError:
        return error
    if kept is None:
        return DockerFault(error.message, msg("Nothing was changed."))
    if kept.get("EndpointID"):
        return error
    try:
        await link.run(lambda c: _connect(c, network, container, Attachment()), changes=True)
        await disconnect(link, network, container, force=False)
    except BotError:
        left = msg("Docker kept half of it: until they are disconnected, it can't start again.")
        return DockerFault(error.message, left)
    return DockerFault(error.message, msg("Nothing was changed."))


def _kept(client: Client, network: str, container: str) -> Mapping[str, object] | None:
    """What a running container's settings say of a network, None for nothing."""
    name = string(mapping(client.inspect_network(network)), "Name")
    raw = mapping(client.inspect_container(container))
    if not boolean(mapping(raw.get("State")), "Running"):
        return None
    joined = mapping(mapping(raw.get("NetworkSettings")).get("Networks"))
    return mapping(joined[name]) if name in joined else None
