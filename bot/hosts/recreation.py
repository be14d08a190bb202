"""What it takes to make a container again, of another image: the same in everything else.

Read from what an Engine tells of it (`GET /containers/{id}/json`) and of its image; nothing is
asked here. Volumes without a name are mounted by the name that the Engine gave them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.hosts.answer import boolean, identity, integer, labels, mapping, sequence, string, strings
from bot.hosts.creation import Body
from bot.hosts.defaults import asked
from bot.hosts.wanted import Attachment
from bot.message import Message, msg

_SHORT = 12
_OTHER = "container:"
_SPACES = ("NetworkMode", "PidMode", "IpcMode")
_UNNETWORKED = ("host", "none")
_SWARM = "com.docker.swarm.task.id"
# By which compose knows that a container is of the image that it should be of.
_COMPOSE_IMAGE = "com.docker.compose.image"
# What an Engine before 28 makes up for an interface is this and its address; it is made up anew.
_MADE_UP = "02:42:"

Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The body of `POST /containers/create`, and the networks to be joined after that."""

    body: Body = field(hash=False)
    networks: tuple[tuple[str, Attachment], ...] = ()

    def sharing(self, made: Mapping[str, str]) -> Recipe:
        """The same, sharing the spaces of those that come in the place of others: both by id."""
        host = dict(self.body["HostConfig"])
        for key in _SPACES:
            mode = str(host.get(key) or "")
            if mode.startswith(_OTHER):
                other = mode.removeprefix(_OTHER)
                new = (new for old, new in made.items() if _means(other, old))
                host[key] = _OTHER + next(new, other)
        return replace(self, body={**self.body, "HostConfig": host})


def recipe(container: Raw, image: Raw, reference: str, image_id: str) -> Recipe:
    """How to make it again of the image that is called `reference` and has this id."""
    settings = mapping(container.get("Config"))
    config = asked(settings, mapping(image.get("Config")))
    if _COMPOSE_IMAGE in config["Labels"]:
        config["Labels"] = {**config["Labels"], _COMPOSE_IMAGE: image_id}
    for key in _inherited(container):
        config.pop(key, None)
    first, endpoint, others = _networks(container)
    host = {**_host(container), "NetworkMode": first}
    joins = {"NetworkingConfig": {"EndpointsConfig": {first: endpoint}}} if endpoint else {}
    return Recipe({**config, "Image": reference, "HostConfig": host, **joins}, others)


def obstacles(container: Raw) -> Iterator[Message]:
    """Why it can't be made again faithfully."""
    host, state = mapping(container.get("HostConfig")), mapping(container.get("State"))
    if boolean(host, "AutoRemove"):
        yield msg("It is removed when it ends (--rm): it could not come back.")
    if _SWARM in labels(mapping(container.get("Config"))):
        yield msg("It is a task of a swarm's service: update the service.")
    if boolean(state, "Paused"):
        yield msg("It is paused. Let it go on first.")
    if string(state, "Status") in {"removing", "dead"}:
        yield msg("It is being removed already.")
    if any(integer(mapping(row), "GwPriority") for row in _joined(container).values()):
        yield msg("Its networks have priorities (gw-priority), which I can't give it again.")
    mode = string(host, "NetworkMode")
    if not _joined(container) and not (mode in _UNNETWORKED or mode.startswith(_OTHER)):
        yield msg("It was taken out of all its networks.")


def shared(container: Raw) -> tuple[str, ...]:
    """Whose network, processes and memory it shares, by name or id: it never changes."""
    host = mapping(container.get("HostConfig"))
    modes = (string(host, key) for key in _SPACES)
    return tuple(mode.removeprefix(_OTHER) for mode in modes if mode.startswith(_OTHER))


def shares(container: Raw, other: Raw) -> bool:
    """Whether it shares the network, processes or memory of another."""
    words = shared(container)
    name, id_ = string(other, "Name").removeprefix("/"), identity(other)
    return any(word == name or _means(word, id_) for word in words)


def _means(word: str, id_: str) -> bool:
    """Whether a word is an id, or the beginning of it that people know."""
    return len(word) >= _SHORT and id_.startswith(word)


def _inherited(container: Raw) -> Iterator[str]:
    """What of its settings the Engine filled in, and refuses or takes for asked otherwise."""
    host, config = mapping(container.get("HostConfig")), mapping(container.get("Config"))
    if string(host, "NetworkMode").startswith(_OTHER):
        yield from ("Hostname", "Domainname", "MacAddress", "ExposedPorts")
    by_id = string(config, "Hostname") == identity(container)[:_SHORT]
    if by_id or string(host, "UTSMode") == "host":
        yield "Hostname"


def _host(container: Raw) -> dict[str, Any]:
    host: dict[str, Any] = dict(mapping(container.get("HostConfig")))
    binds = [entry for entry in strings(host, "Binds") if ":" in entry]
    host["Binds"] = [*binds, *_unnamed(container, binds)]
    host["Links"] = [_link(entry) for entry in strings(host, "Links")]
    if mounts := sequence(host.get("Mounts")):
        host["Mounts"] = [_named(mapping(row), _volumes(container)) for row in mounts]
    host.pop("ContainerIDFile", None)
    return host


def _volumes(container: Raw) -> dict[str, str]:
    """The volumes that it has, by where they are in it."""
    rows = (mapping(row) for row in sequence(container.get("Mounts")))
    return {
        string(r, "Destination"): string(r, "Name") for r in rows if string(r, "Type") == "volume"
    }


def _unnamed(container: Raw, binds: list[str]) -> Iterator[str]:
    """Binds of the volumes that were asked for by their place alone, or by the image."""
    host, volumes = mapping(container.get("HostConfig")), _volumes(container)
    mounts = [mapping(row) for row in sequence(container.get("Mounts"))]
    # The image's own place may hold what `--volumes-from other:ro` gave.
    writable = {string(row, "Destination") for row in mounts if boolean(row, "RW")}
    places = {entry.split(":")[1] for entry in binds} | set(mapping(host.get("Tmpfs")))
    places |= {string(mapping(row), "Target") for row in sequence(host.get("Mounts"))}
    taken = {posixpath.normpath(place) for place in places}
    wanted = [*mapping(mapping(container.get("Config")).get("Volumes"))]
    wanted += [entry for entry in strings(host, "Binds") if ":" not in entry]
    for place in dict.fromkeys(posixpath.normpath(place) for place in wanted):
        if place in volumes and place not in taken:
            yield f"{volumes[place]}:{place}" + ("" if place in writable else ":ro")


def _named(mount: Raw, volumes: Mapping[str, str]) -> Raw:
    """A mount as it was asked for, of the volume that it got."""
    if string(mount, "Type") != "volume" or string(mount, "Source"):
        return mount
    return {**mount, "Source": volumes.get(posixpath.normpath(string(mount, "Target")), "")}


def _link(entry: str) -> str:
    """`/db:/web/alias`, as it is told, as it was asked for: `db:alias`."""
    other, _, alias = entry.partition(":")
    return f"{other.removeprefix('/')}:{alias.rpartition('/')[2]}"


def _joined(container: Raw) -> Mapping[str, object]:
    return mapping(mapping(container.get("NetworkSettings")).get("Networks"))


def _networks(
    container: Raw,
) -> tuple[str, dict[str, Any], tuple[tuple[str, Attachment], ...]]:
    """Its first network, how it is in that, and the others with how it is in them.

    An Engine before 25 makes a container with one network alone.
    """
    mode = string(mapping(container.get("HostConfig")), "NetworkMode")
    if mode in _UNNETWORKED or mode.startswith(_OTHER):
        return mode, {}, ()
    rows = {name: mapping(row) for name, row in _joined(container).items()}
    first = _first(mode, rows)
    short = identity(container)[:_SHORT]
    others = tuple((n, _attachment(row, short)) for n, row in rows.items() if n != first)
    endpoint = _endpoint(rows.get(first, {}), short)
    # Only this is told of one that does not run.
    if mac := string(mapping(container.get("Config")), "MacAddress"):
        endpoint["MacAddress"] = mac
    same = mode if mode == "default" and first == "bridge" else first
    return same, endpoint, others


def _first(mode: str, rows: Mapping[str, Raw]) -> str:
    """The name of the network of its mode, or, if it was taken out of that, of any other."""
    name = "bridge" if mode == "default" else mode
    by_id = (n for n, row in rows.items() if string(row, "NetworkID") == mode)
    return name if name in rows else next(by_id, next(iter(rows), name))


def _endpoint(row: Raw, short: str) -> dict[str, Any]:
    """How it is in its first network: what was asked, and not what it got."""
    asked_for: dict[str, Any] = {
        "IPAMConfig": dict(mapping(row.get("IPAMConfig"))),
        "Links": list(strings(row, "Links")),
        "Aliases": _aliases(row, short),
        "DriverOpts": dict(labels(row, "DriverOpts")),
        "MacAddress": _mac(row),
    }
    return {key: value for key, value in asked_for.items() if value}


def _attachment(row: Raw, short: str) -> Attachment:
    chosen = mapping(row.get("IPAMConfig"))
    pairs = (entry.partition(":") for entry in strings(row, "Links"))
    return Attachment(
        aliases=tuple(_aliases(row, short)),
        ipv4=string(chosen, "IPv4Address") or None,
        ipv6=string(chosen, "IPv6Address") or None,
        links=tuple((other, alias) for other, _, alias in pairs),
        link_local=strings(chosen, "LinkLocalIPs"),
        mac=_mac(row) or None,
        options=labels(row, "DriverOpts"),
    )


def _mac(row: Raw) -> str:
    """Its address on the wire, "" if the Engine made it up."""
    mac, ip = string(row, "MacAddress"), string(row, "IPAddress")
    made_up = _MADE_UP + ":".join(f"{int(part):02x}" for part in ip.split(".") if part.isdigit())
    return "" if mac == made_up else mac


def _aliases(row: Raw, short: str) -> list[str]:
    """Those that were asked for: an Engine before 25 adds the id."""
    return [alias for alias in strings(row, "Aliases") if alias != short]
