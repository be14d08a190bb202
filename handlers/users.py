"""Which containers have a volume mounted, or are connected to a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.hosts.types import Container
from bot.message import Message, Names, Untrusted, msg

_NAMED = 5
_UP = frozenset({"running", "paused", "restarting"})

Users = Mapping[str, Sequence[Container]]


def of_volumes(containers: Iterable[Container]) -> Users:
    """By the volume's name: those that run, and those that don't."""
    return _by(containers, lambda container: container.mounts)


def of_networks(containers: Iterable[Container]) -> Users:
    """By the network's name: those that run, and those that would be in it if they did."""
    return _by(containers, lambda container: container.networks)


def runs(container: Container) -> bool:
    """Whether it has a process."""
    return container.state in _UP


def briefly(users: Sequence[Container]) -> Message:
    """Them in the cell of a table."""
    if not users:
        return msg("unused")
    if len(users) == 1:
        return msg("{name}", name=users[0].name)
    return msg("{name} +{more}", name=users[0].name, more=len(users) - 1)


def names(users: Sequence[Container]) -> Names:
    """Them in a sentence; of many the first few."""
    named = tuple(user.name for user in users[:_NAMED])
    more = len(users) - len(named)
    return Names((*named, msg("{more} more", more=more)) if more else named)


def _by(
    containers: Iterable[Container], where: Callable[[Container], Iterable[Untrusted]]
) -> Users:
    found: defaultdict[str, list[Container]] = defaultdict(list)
    for container in containers:
        for name in dict.fromkeys(where(container)):
            found[name.raw].append(container)
    return found
