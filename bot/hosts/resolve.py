"""From what a person typed to the one thing that it names, or to those that may be meant.

A change must hit what was meant: so only the exact name counts (case and a final dot aside, which
phones add), or an id of at least 12 digits. What merely begins or looks alike is offered, not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.hosts.alike import distance
from bot.hosts.host import Host
from bot.hosts.types import Container, Image, Kind, Network, Target, Volume
from bot.message import Untrusted

Thing = Container | Image | Volume | Network
T = TypeVar("T", bound=Thing)

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})", re.IGNORECASE)
_ALGORITHM = "sha256:"
_LATEST = ":latest"
_SHORT = 12
_OFFERED = 12


def find(typed: str, things: Iterable[T]) -> T | tuple[T, ...]:
    """The one thing that `typed` names, else those that may be meant, the likeliest first.

    Several things of one name, or a name that is the id of another, are only offered.
    """
    known = tuple(things)
    exact = _exact(typed, known)
    if len(exact) == 1:
        return exact[0]
    return tuple((exact or _likely(typed, known))[:_OFFERED])


async def things_of(host: Host, kind: Kind) -> Sequence[Thing]:
    """All of a kind that a host has, by one request.

    Raises:
        DockerFault: there is no answer.
    """
    match kind:
        case Kind.CONTAINER:
            return await host.inventory.containers()
        case Kind.IMAGE:
            return await host.images.list()
        case Kind.VOLUME:
            return await host.volumes.list()
        case Kind.NETWORK:
            return await host.networks.list()
        case Kind.BUILD_CACHE:
            return ()  # it is one thing, and has no name


def target(thing: Thing, host: str, engine_id: str) -> Target:
    """The thing as a target. Its `state` is what must not have changed when it is acted on."""
    match thing:
        case Container():
            ended = "" if thing.exit_code is None else f" {thing.exit_code}"
            kind, name, state = Kind.CONTAINER, thing.name, thing.state + ended
        case Image():
            name = thing.tags[0] if thing.tags else Untrusted(_digits(thing)[:_SHORT])
            kind, state = Kind.IMAGE, " ".join(sorted(tag.raw for tag in thing.tags))
        case Volume():
            kind, name, state = Kind.VOLUME, thing.name, ""
        case Network():
            kind, name, state = Kind.NETWORK, thing.name, ""
    tid = thing.name.raw if isinstance(thing, Volume) else thing.id
    return Target(kind, host, engine_id, tid, name, state, thing.labels)


def _names(thing: Thing) -> tuple[str, ...]:
    """What it is called by. An image's `web:latest` is `web` too."""
    if not isinstance(thing, Image):
        return (thing.name.raw,)
    tags = [tag.raw for tag in thing.tags]
    return (*tags, *(tag.removesuffix(_LATEST) for tag in tags if tag.endswith(_LATEST)))


def _digits(thing: Thing) -> str:
    return "" if isinstance(thing, Volume) else thing.id.removeprefix(_ALGORITHM)


def _exact(typed: str, known: tuple[T, ...]) -> list[T]:
    """Those of this name, letter for letter if there are any, and those of this id."""
    found = _named(typed, known)
    digits = _ID.fullmatch(typed.removesuffix("."))
    if digits is not None:
        found += [t for t in known if _digits(t).startswith(digits[1].lower()) and t not in found]
    return found


def _named(typed: str, known: tuple[T, ...]) -> list[T]:
    plain = typed.removesuffix(".")
    for same in (typed, plain):
        if found := [t for t in known if same in _names(t)]:
            return found
    folded = {_lower(typed), _lower(plain)}
    return [t for t in known if any(_lower(name) in folded for name in _names(t))]


def _lower(name: str) -> str:
    """Without regard to case, in ASCII alone: a Kelvin sign is no k, and ß is not ss."""
    return name.lower() if name.isascii() else name


def _likely(typed: str, known: tuple[T, ...]) -> list[T]:
    plain = typed.removesuffix(".").casefold()
    scored = [(far, t) for t in known if plain and (far := _far(plain, t)) is not None]
    return [t for _, t in sorted(scored, key=lambda pair: pair[0])]


def _far(plain: str, thing: Thing) -> int | None:
    """How far from meant: 0 for a beginning or a look-alike, else slips; None for not at all."""
    names = _names(thing)
    if any(name.casefold().startswith(plain) for name in names):
        return 0
    if _digits(thing).startswith(plain.removeprefix(_ALGORITHM) or _ALGORITHM):
        return 0
    return min((far for n in names if (far := distance(plain, n)) is not None), default=None)
