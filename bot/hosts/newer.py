"""Which containers run an image that has a newer one: by digest, and nothing is pulled.

The digest that a registry has under a tag now is compared with those that the container's image
came with. One request for each tag, a few at once. An image of which nothing can be asked is told
with the reason: that nobody looked is not the same as that there is nothing newer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from bot.errors import BotError, DockerFault
from bot.hosts.messages import Failed
from bot.hosts.reference import full, registry_of, repository
from bot.hosts.types import Container, Image
from bot.message import Untrusted

if TYPE_CHECKING:
    from bot.hosts.host import Host

T = TypeVar("T")

LABEL = "pierhead.upgrade"
PINNED, OFF = "pinned", "off"
_AT_ONCE = 3
_SHA256 = "sha256:"
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
_LINK = re.compile(r"https://[a-zA-Z0-9.-]{1,100}(?::\d{1,5})?(?:/[\w.~/%+-]{0,150})?", re.ASCII)
_NOTES = ("source", "url", "documentation")
_HUB_OF_CODE = re.compile(r"(https://github\.com/[\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)


class Verdict(Enum):
    """What is known of a container's image; of all but the first two, nothing was asked."""

    NEWER = "newer"
    CURRENT = "current"
    HERE = "here"  # the host itself has a newer image under the tag
    PINNED = "pinned"  # by a label; and so is the next
    OFF = "off"
    DIGEST = "digest"  # the name says which image it is, for ever
    UNNAMED = "unnamed"
    LOCAL = "local"
    UNLISTED = "unlisted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One container: `image` is the name that it was made of.

    `notes` is where its label says that one can read what is new, "" for nowhere. `error` is why
    its registry could not be asked.
    """

    container: Container
    image: Untrusted
    verdict: Verdict
    notes: Untrusted
    error: BotError | None = None

    @property
    def outdated(self) -> bool:
        """Whether there is a newer image."""
        return self.verdict in {Verdict.NEWER, Verdict.HERE}


async def newer(
    host: Host, containers: Sequence[Container], registries: Collection[str]
) -> tuple[Finding, ...]:
    """What is known of these containers, in their order; only these registries are asked.

    Raises:
        DockerFault: the Engine fails.
    """
    local = _Local.of(await host.images.list(), registries)
    names = await _each(containers, lambda one: _name(host, one))
    looks = [_look(local, one, name) for one, name in zip(containers, names, strict=True)]
    tags = tuple(dict.fromkeys(full(look.image.raw) for look in looks if look.verdict is None))
    digests = dict(zip(tags, await _each(tags, _asking(host)), strict=True))
    return tuple(look.answered(digests) for look in looks)


def choice(container: Mapping[str, str], image: Mapping[str, str]) -> str:
    """What a container's label says of upgrades, "" for nothing.

    Who makes images must not decide what becomes of containers: what the image says is not heard.
    A container has the image's labels unless it was given its own: what it says and its image does
    not is its owner's word. Where both say the same, nobody can tell whose word it is.
    """
    said = container.get(LABEL, "")
    return said if said in {PINNED, OFF} and said != image.get(LABEL) else ""


def unnamed(reference: str, image_id: str) -> bool:
    """Whether a container was made of an image by its id, which no registry knows.

    A name may look like an id: `deadbeefcafe`. An Engine takes it for a name first.
    """
    if _ID.fullmatch(reference) is None:
        return False
    return image_id.removeprefix(_SHA256).startswith(reference.removeprefix(_SHA256))


def digests_of(digests: Iterable[str], name: str) -> frozenset[str]:
    """Those that an image has from the registry of a name, by a pull or a push.

    One without any was built or loaded here: what the registry has under its name may be anybody's.
    """
    pairs = (digest.partition("@") for digest in digests)
    return frozenset(d for place, _, d in pairs if repository(place) == repository(name))


def notes_of(labels: Mapping[str, str]) -> Untrusted:
    """Where an image's labels say that one can read what is new in it; only https."""
    links = (labels.get(f"org.opencontainers.image.{key}", "") for key in _NOTES)
    link = next((link for link in links if _LINK.fullmatch(link)), "")
    code = _HUB_OF_CODE.fullmatch(link)
    return Untrusted(f"{code[1]}/releases" if code else link)


@dataclass(frozen=True, slots=True)
class _Local:
    """What the host itself knows: its images by their ids, and whose each tag is."""

    images: Mapping[str, Image]
    tags: Mapping[str, str]
    registries: Collection[str]

    @classmethod
    def of(cls, images: Sequence[Image], registries: Collection[str]) -> _Local:
        """What these images tell."""
        tags = {full(tag.raw): image.id for image in images for tag in image.tags}
        return cls({image.id: image for image in images}, tags, registries)

    def image(self, container: Container) -> Image:
        """Its image, or one of which nothing is known."""
        nothing = Image(container.image_id, (), 0, 0.0, {})
        return self.images.get(container.image_id, nothing)

    def seen(self, container: Container, name: str) -> Verdict | None:
        """What is seen without a registry; None if that takes one."""
        image = self.image(container)
        if said := choice(container.labels, image.labels):
            return Verdict(said)
        if unnamed(name, container.image_id):
            return Verdict.UNNAMED
        if "@" in name:
            return Verdict.DIGEST
        if self.tags.get(full(name), container.image_id) != container.image_id:
            return Verdict.HERE
        if not _digests(image, name):
            return Verdict.LOCAL
        return None if registry_of(name) in self.registries else Verdict.UNLISTED


async def _each(things: Sequence[T], look: Callable[[T], Awaitable[str]]) -> list[str | BotError]:
    """What is told of each, a few at once; what is told of one does not depend on the others."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: T) -> str | BotError:
        async with gate:
            try:
                return await look(thing)
            except BotError as error:
                return error

    return await asyncio.gather(*map(one, things))


def _asking(host: Host) -> Callable[[str], Awaitable[str]]:
    """Asks for a tag's digest; a registry that was silent once is not waited for again."""
    silent: dict[str, BotError] = {}

    async def ask(tag: str) -> str:
        registry = registry_of(tag)
        if registry in silent:
            raise silent[registry]
        try:
            return await host.registry.digest(tag)
        except Failed:
            raise
        except DockerFault as error:
            silent[registry] = error
            raise

    return ask


async def _name(host: Host, container: Container) -> str:
    """The name that it was made of; the list has an id where another image has that now."""
    name = container.image.raw
    if not unnamed(name, container.image_id):
        return name
    return (await host.containers.inspect(container.id)).image.raw


@dataclass(frozen=True, slots=True)
class _Look:
    """A finding that may still need the registry's word: then it has no verdict."""

    container: Container
    image: Untrusted
    verdict: Verdict | None
    notes: Untrusted
    digests: frozenset[str] = frozenset()
    error: BotError | None = None

    def answered(self, told: Mapping[str, str | BotError]) -> Finding:
        """With what was told of each tag."""
        verdict, error = self.verdict, self.error
        if verdict is None:
            answer = told[full(self.image.raw)]
            error = answer if isinstance(answer, BotError) else None
            verdict = Verdict.CURRENT if answer in self.digests else Verdict.NEWER
        if error is not None:
            verdict = Verdict.FAILED
        return Finding(self.container, self.image, verdict, self.notes, error)


def _look(local: _Local, container: Container, name: str | BotError) -> _Look:
    image = local.image(container)
    notes = notes_of(image.labels)
    if isinstance(name, BotError):
        return _Look(container, container.image, Verdict.FAILED, notes, error=name)
    verdict = local.seen(container, name)
    return _Look(container, Untrusted(name), verdict, notes, _digests(image, name))


def _digests(image: Image, name: str) -> frozenset[str]:
    return digests_of((digest.raw for digest in image.digests), name)
