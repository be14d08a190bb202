"""From what a person typed to the one thing that it names, or to those that may be meant.

A change must hit what was meant: so only the exact name counts (case and a final dot aside, which
phones add), or an id of at least 12 digits. What merely begins or looks alike is offered, not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from bot.hosts.alike import comparable, distance, skeleton
from bot.hosts.host import Host
from bot.hosts.stacks import stacks
from bot.hosts.types import Container, Image, Kind, Network, Stack, Target, Volume
from bot.message import Untrusted

Thing = Container | Image | Volume | Network | Stack
T = TypeVar("T", bound=Thing)

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})", re.IGNORECASE)
_ALGORITHM = "sha256:"
_LATEST = ":latest"
_SHORT = 12
OFFERED = 12
_COMPARED = 500


class Known(Generic[T]):
    """A list of things, made ready for names to be looked up in it."""

    def __init__(self, things: Iterable[T]) -> None:
        self._things = tuple(things)
        named = [(name, t) for t in self._things for name in names_of(t)]
        self._named = _index(named)
        self._folded = _index((_lower(name), t) for name, t in named)
        self._short = _index((_digits(t)[:_SHORT], t) for t in self._things)

    def exact(self, typed: str) -> tuple[T, ...]:
        """Those of this name, letter for letter if there are any, and those of this id.

        Several things of one name, or a name that is the id of another, are only to be offered.
        """
        found = self._of_name(typed)
        digits = _ID.fullmatch(typed.removesuffix("."))
        if digits is not None:
            known = self._short.get(digits[1][:_SHORT].lower(), ())
            found += [t for t in known if _digits(t).startswith(digits[1].lower())]
        return tuple(dict.fromkeys(found))

    def likely(self, typed: str) -> tuple[T, ...]:
        """Those that may be meant, the likeliest first; not for the loop, if there are thousands.

        First what begins so or looks alike, then what is a slip or two away.
        """
        plain = typed.removesuffix(".").casefold()
        if not plain:
            return ()
        shape = skeleton(plain)
        shapes = [(skeleton(name), t) for t in self._things for name in names_of(t)]
        near = [t for t in self._things if _begins(plain, t)]
        near += [t for other, t in shapes if other == shape]
        if len(near) < OFFERED:
            near += _slipped(shape, shapes)
        return tuple(dict.fromkeys(near))[:OFFERED]

    def _of_name(self, typed: str) -> list[T]:
        plain = typed.removesuffix(".")
        if found := self._named.get(typed) or self._named.get(plain):
            return list(found)
        folded = dict.fromkeys((_lower(typed), _lower(plain)))
        return [t for word in folded for t in self._folded.get(word, ())]


async def things_of(host: Host, kind: Kind, *, recent: bool = False) -> Sequence[Thing]:
    """All of a kind that a host has, by one request; of `recent` containers there may be a list.

    Raises:
        DockerFault: there is no answer.
    """
    match kind:
        case Kind.CONTAINER:
            return await host.inventory.containers(recent=recent)
        case Kind.IMAGE:
            return await host.images.list()
        case Kind.VOLUME:
            return await host.volumes.list()
        case Kind.NETWORK:
            return await host.networks.list()
        case Kind.STACK:
            return stacks(await host.inventory.containers(recent=recent))
        case Kind.BUILD_CACHE | Kind.PATH:
            return ()  # neither has a list


def target(thing: Thing, host: str, typed: str = "") -> Target:
    """The thing as a target. Its `state` is what must not have changed when it is acted on.

    An image with several tags is called by the one that was `typed`.
    """
    match thing:
        case Container():
            ended = "" if thing.exit_code is None else f" {thing.exit_code}"
            kind, name, state = Kind.CONTAINER, thing.name, thing.state + ended
        case Image():
            wanted = (tag for tag in thing.tags if tag.raw in {typed, typed + _LATEST})
            name = (*wanted, *thing.tags, Untrusted(_digits(thing)[:_SHORT]))[0]
            kind, state = Kind.IMAGE, " ".join(sorted(tag.raw for tag in thing.tags))
        case Volume():
            # It has no id: one that was made again is another, under the same name.
            kind, name, state = Kind.VOLUME, thing.name, f"{thing.created:.6f}"
        case Network():
            kind, name, state = Kind.NETWORK, thing.name, ""
        case Stack():
            kind, name, state = Kind.STACK, thing.name, thing.state
    tid = thing.name.raw if isinstance(thing, Volume) else thing.id
    return Target(kind, host, tid, name, state, thing.labels)


def names_of(thing: Thing) -> tuple[str, ...]:
    """What it is called by. An image's `web:latest` is `web` too, and its digests are names."""
    if not isinstance(thing, Image):
        return (thing.name.raw,)
    tags = [tag.raw for tag in thing.tags]
    bare = (tag.removesuffix(_LATEST) for tag in tags if tag.endswith(_LATEST))
    return (*tags, *bare, *(digest.raw for digest in thing.digests))


def _digits(thing: Thing) -> str:
    return "" if isinstance(thing, Volume | Stack) else thing.id.removeprefix(_ALGORITHM)


def _lower(name: str) -> str:
    """Without regard to case, in ASCII alone: a Kelvin sign is no k, and ß is not ss."""
    return name.lower() if name.isascii() else name


def _index(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for key, thing in pairs:
        found.setdefault(key, []).append(thing)
    return found


def _begins(plain: str, thing: Thing) -> bool:
    if any(name.casefold().startswith(plain) for name in names_of(thing)):
        return True
    return _digits(thing).startswith(plain.removeprefix(_ALGORITHM) or _ALGORITHM)


def _slipped(typed: str, shapes: Iterable[tuple[str, T]]) -> list[T]:
    """Those a slip or two away, the nearest first; of thousands of like names only some."""
    worth = islice(((other, t) for other, t in shapes if comparable(typed, other)), _COMPARED)
    scored = [(far, t) for other, t in worth if (far := distance(typed, other)) is not None]
    return [t for _, t in sorted(scored, key=lambda pair: pair[0])]
