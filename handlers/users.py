"""Which containers have a volume mounted, or are connected to a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from bot.hosts.types import Container
from bot.message import Message, Names, Untrusted, msg

_NAMED = 5
_UP = frozenset({"running", "paused", "restarting"})

SHOWS: Mapping[str, Message] = {
    "all": msg("All {count}"),
    "used": msg("In use {count}"),
    "unused": msg("Unused {count}"),
}
T = TypeVar("T")
Users = Mapping[str, Sequence[Container]]


def of_volumes(containers: Iterable[Container]) -> Users:
    """By the volume's name: those that run, and those that don't."""
    return _by(containers, lambda container: container.mounts)


def of_networks(containers: Iterable[Container]) -> Users:
    """By the network's name: those that run, and those that would be in it if they did."""
    return _by(containers, lambda container: container.networks)


def by_use(
    things: Sequence[T], idle: Callable[[T], bool], show: str
) -> tuple[Sequence[T], Mapping[str, Message]]:
    """Those of a word of `SHOWS`, and the labels of what else is there to be shown."""
    unused = [thing for thing in things if idle(thing)]
    used = [thing for thing in things if not idle(thing)]
    kinds: Mapping[str, Sequence[T]] = {"all": things, "used": used, "unused": unused}
    worth = (used and unused) or show != "all"
    labels = {word: SHOWS[word].having(count=len(rows)) for word, rows in kinds.items() if rows}
    return kinds[show], labels if worth else {}


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
