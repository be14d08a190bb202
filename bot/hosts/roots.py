"""Looks up why a container, or one that is to be created, gives root on its host.

What one container tells does not suffice: a volume's options may make it a path of the host, and
what it shares with another it can do as that one. Each look is shared by all who ask for the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.errors import NotFound
from bot.hosts import root
from bot.hosts.answer import identity, labels, mapping, sequence, string
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.reference import repository, same_tag
from bot.hosts.root import HOST_NETWORK, Reason
from bot.hosts.shared import Shared
from bot.message import Message, Untrusted, msg

_AT_ONCE = 4
_DEEPEST = 8  # containers that share with one that shares with one…
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class _Look:
    """What one container tells: `volumes` and `others` by name, `image` as it was asked for."""

    id: str
    name: Untrusted
    image: str
    reasons: tuple[Reason, ...]
    runtime: str
    volumes: tuple[str, ...]
    others: tuple[str, ...]


class Roots:
    """The ways to root on one Engine's host. `own` is the id of the container that we run in.

    Every method raises DockerFault where the Engine fails: then nothing is known.
    """

    def __init__(self, link: Link, own: str = "") -> None:
        self._link = link
        self._own = own
        self._shared: Shared[_Look] = Shared(link)

    async def of(self, id: str) -> tuple[Reason, ...]:  # noqa: A002 - Docker's name for it
        """Why who gets into this container is root; () if it gives none.

        Raises:
            NotFound: there is no such container.
        """
        return await self._of(await self._look(id), frozenset())

    def is_own(self, id: str) -> bool:  # noqa: A002 - Docker's name for it
        """Whether it is the container that we run in."""
        return bool(self._own) and id.startswith(self._own)

    async def of_asked(self, body: Mapping[str, object]) -> tuple[Reason, ...]:
        """Why a container that this `POST /containers/create` makes would give root.

        A volume counts with all that use it: what is written into it, they read.
        """
        found = [*root.reasons(body), *await self._of_runtime(root.runtime_of(body))]
        if string(mapping(body.get("HostConfig")), "CgroupnsMode") == "host":
            found.append(Reason(msg("It sees the host's groups of processes."), strong=False))
        if HOST_NETWORK not in found and await self._is_host_network(body):
            found.append(HOST_NETWORK)
        found += await self._of_others(root.others_of(body), frozenset())
        volumes = set(root.volumes_of(body))
        for name in root.givers_of(body):
            volumes |= set((await self._look(name)).volumes)
        found += await self.of_volumes(volumes)
        return tuple(dict.fromkeys(found))

    async def of_volumes(self, names: Iterable[str]) -> tuple[Reason, ...]:
        """Why who may write into these volumes is root: by what they are, and by who uses them."""
        wanted = sorted(set(names))
        if not wanted:
            return ()
        found = list(await self._of_options(wanted))
        users = await self._link.run(lambda client: _users(client, wanted))
        for look, why in await self._each(users):
            told = msg("{name} uses its volume. {why}", name=look.name, why=why.told)
            found.append(Reason(told, strong=why.strong))
        return tuple(dict.fromkeys(found))

    async def of_tag(self, tag: str) -> tuple[Reason, ...]:
        """Why who decides what image has this tag is root: when they are made again, it is run."""
        return await self._made(lambda image: same_tag(image, tag))

    async def of_repository(self, name: str) -> tuple[Reason, ...]:
        """Why who decides what all tags of an image's name are is root."""
        wanted = repository(name)
        return await self._made(lambda image: "@" not in image and repository(image) == wanted)

    async def _made(self, fits: Callable[[str], bool]) -> tuple[Reason, ...]:
        """The containers that give root, of those whose image's name fits."""
        rows = await self._link.run(_images)
        named = [cid for cid, image in rows if fits(image) or _is_id(image)]
        found = []
        for look, why in await self._each(named):
            if fits(look.image):
                told = msg("{name} is made of it. {why}", name=look.name, why=why.told)
                found.append(Reason(told, strong=why.strong))
        return tuple(dict.fromkeys(found))

    async def _of(self, look: _Look, seen: frozenset[str]) -> tuple[Reason, ...]:
        found = [*look.reasons, *await self._of_runtime(look.runtime)]
        if look.volumes:
            found += await self._of_options(look.volumes)
        if len(seen) < _DEEPEST:
            found += await self._of_others(look.others, seen | {look.id})
        return tuple(dict.fromkeys(found))

    async def _of_runtime(self, runtime: str) -> tuple[Reason, ...]:
        """Whether something runs it that does not run all; what that does is not known."""
        if not runtime:
            return ()
        usual = await self._link.run(lambda c: string(mapping(c.info()), "DefaultRuntime"))
        if runtime == usual:
            return ()
        return (Reason(msg("It is run by {name}.", name=Untrusted(runtime)), strong=False),)

    async def _of_others(self, names: Iterable[str], seen: frozenset[str]) -> list[Reason]:
        found = []
        for name in names:
            try:
                other = await self._look(name)
            except NotFound:
                continue  # then it can't be shared with either
            if other.id in seen:
                continue
            for why in await self._of(other, seen):
                told = msg("It shares with {name}. {why}", name=other.name, why=why.told)
                found.append(replace(why, told=told))
        return found

    async def _of_options(self, names: Iterable[str]) -> list[Reason]:
        """What volumes that exist are; those that do not have no options yet."""
        wanted = frozenset(names)
        rows = await self._link.run(lambda client: _volumes(client, wanted))
        return [why for driver, options in rows for why in root.of_volume(driver, options)]

    async def _each(self, ids: Iterable[str]) -> list[tuple[_Look, Reason]]:
        """The first reason of each of these that gives root, a few looks at once."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(cid: str) -> tuple[_Look, Reason] | None:
            async with gate:
                try:
                    look = await self._look(cid)
                    why = await self._of(look, frozenset())
                except NotFound:
                    return None
            strongest = max(why, key=lambda reason: reason.strong, default=None)
            return (look, strongest) if strongest else None

        return [pair for pair in await asyncio.gather(*map(one, ids)) if pair]

    async def _look(self, id: str) -> _Look:  # noqa: A002 - Docker's name for it
        name = one_segment(self._link.name, id)

        async def ask() -> _Look:
            return await self._link.run(
                lambda client: _read(mapping(client.inspect_container(name)), self._own)
            )

        return await self._shared.ask(name, ask)

    async def _is_host_network(self, body: Mapping[str, object]) -> bool:
        """Whether a network is given by the id, or a beginning of it, of the host's."""
        names = {string(mapping(body.get("HostConfig")), "NetworkMode")}
        names |= set(mapping(mapping(body.get("NetworkingConfig")).get("EndpointsConfig")))
        ids = {name for name in names if name and _HEX.issuperset(name)}
        if not ids:
            return "host" in names
        return await self._link.run(lambda client: _names_host(client, ids))


def told(found: Iterable[Reason], *, strong: bool = False) -> tuple[Message, ...]:
    """The sentences; with `strong` those of a container that by itself holds the host."""
    return tuple(reason.told for reason in found if reason.strong or not strong)


def _read(raw: Mapping[str, object], own: str) -> _Look:
    cid = identity(raw)
    found = root.reasons(raw)
    if own and cid.startswith(own):
        found = (Reason(msg("It is Pierhead itself.")), *found)
    return _Look(
        id=cid,
        name=Untrusted(string(raw, "Name").removeprefix("/")),
        image=string(mapping(raw.get("Config")), "Image"),
        reasons=found,
        runtime=root.runtime_of(raw),
        volumes=root.volumes_of(raw),
        others=root.others_of(raw),
    )


def _volumes(client: Client, wanted: frozenset[str]) -> list[tuple[str, Mapping[str, str]]]:
    rows = map(mapping, sequence(mapping(client.volumes()).get("Volumes")))
    return [
        (string(r, "Driver"), labels(r, "Options")) for r in rows if string(r, "Name") in wanted
    ]


def _users(client: Client, volumes: list[str]) -> tuple[str, ...]:
    rows = sequence(client.containers(all=True, filters={"volume": volumes}))
    return tuple(identity(mapping(row)) for row in rows)


def _images(client: Client) -> list[tuple[str, str]]:
    rows = map(mapping, sequence(client.containers(all=True)))
    return [(identity(row), string(row, "Image")) for row in rows]


def _is_id(image: str) -> bool:
    """Whether the list shows an id: what it was made of has got another image since."""
    return _HEX.issuperset(image.removeprefix("sha256:"))


def _names_host(client: Client, ids: set[str]) -> bool:
    rows = map(mapping, sequence(client.networks()))
    return any(
        string(row, "Driver") == "host" and string(row, "Id").startswith(tuple(ids)) for row in rows
    )
