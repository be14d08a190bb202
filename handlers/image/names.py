"""What `/rmi` would do, name by name: Docker's rules, told before anything is done.

A name goes by itself, and with the last one the image; an id means all of the image. What a
container was made of stays unless that is forced, and what runs keeps its image in any case (moby
`daemon/images/image_delete.go`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.hosts.reference import full
from bot.hosts.resolve import Known
from bot.hosts.types import Container, Image
from bot.message import Code, Message, Names, Untrusted, msg, plural
from handlers.users import names as named
from handlers.users import runs

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A name, or an id, that is to go. `goes`: the image as well; else it keeps what is `left`.

    `users` were made of the image. `why` is what forbids it, and what to do.
    """

    name: str
    image: Image
    goes: bool = False
    left: tuple[str, ...] = ()
    users: tuple[Container, ...] = ()
    why: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What there is on a host, layers between included, and whether it is forced."""

    images: Sequence[Image]
    containers: Sequence[Container]
    force: bool

    def steps(self, words: Iterable[str]) -> Iterator[Step]:
        """What becomes of each word that names one image; each leaves fewer names to the next."""
        known = Known(self.images)
        names = {image.id: _names(image) for image in self.images}
        for word in dict.fromkeys(words):
            found = known.exact(word)
            if len(found) == 1:
                step = self._step(found[0], word, names[found[0].id])
                if not step.why:
                    names[step.image.id] = step.left
                yield step

    def _step(self, image: Image, word: str, names: tuple[str, ...]) -> Step:
        users = tuple(c for c in self.containers if c.image_id == image.id)
        name = next((n for n in names if word == n or full(word) == full(n)), None)
        if name is None:
            digits = image.id.removeprefix("sha256:")[:_SHORT]
            why = tuple(self._forbids(image, names, users))
            return Step(digits, image, goes=True, users=users, why=why)
        if users and not self.force and _single(names):
            hint = msg("{flag} takes the name away all the same.", flag=Code("-f"))
            return Step(name, image, users=users, why=(*_used(users), hint))
        left = _without(names, name)
        kept = left or self._is_built_on(image) or any(map(runs, users))
        return Step(name, image, not kept, left, users)

    def _forbids(
        self, image: Image, names: tuple[str, ...], users: tuple[Container, ...]
    ) -> Iterator[Message]:
        """Why the image can't go by its id."""
        running = tuple(filter(runs, users))
        if running or (users and not self.force):
            yield from _used(running or users)
        elif self._is_built_on(image):
            yield msg("Other images are built on it: remove those first.")
        elif names and not (self.force or _single(names)):
            yield msg("It has several names: {names}.", names=Names(tuple(map(Untrusted, names))))
            yield msg("Give one of them, or {flag} for all.", flag=Code("-f"))

    def _is_built_on(self, image: Image) -> bool:
        return any(other.parent == image.id for other in self.images)


def _used(users: Sequence[Container]) -> tuple[Message, ...]:
    uses = plural("{names} uses it.", "{names} use it.", len(users), names=named(users))
    return uses, plural("Remove that one first.", "Remove those first.", len(users))


def _names(image: Image) -> tuple[str, ...]:
    return tuple(name.raw for name in (*image.tags, *image.digests))


def _repository(name: str) -> str:
    return full(name.partition("@")[0]).rpartition(":")[0]


def _single(names: Sequence[str]) -> bool:
    """Whether it is one name, whatever its digests are: all of one repository."""
    tags = [name for name in names if "@" not in name]
    return len(tags) <= 1 and len(set(map(_repository, names))) == 1


def _without(names: Sequence[str], name: str) -> tuple[str, ...]:
    """Those that stay: with the last tag of a repository its digests go."""
    left = [other for other in names if other != name]
    mine = _repository(name)
    if any("@" not in other and _repository(other) == mine for other in left) or "@" in name:
        return tuple(left)
    return tuple(other for other in left if _repository(other) != mine)
