"""A container whole, with its image: what it takes to make it again, and to see how it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.hosts import listing
from bot.hosts.answer import (
    Refused,
    boolean,
    identity,
    integer,
    labels,
    mapping,
    moment,
    optional,
    sequence,
    string,
    strings,
)
from bot.hosts.client import Client
from bot.hosts.limits import POLICY
from bot.hosts.link import Link
from bot.hosts.newer import choice, digests_of
from bot.hosts.paths import one_segment
from bot.hosts.recreation import Raw, Recipe, obstacles, recipe, shared, shares
from bot.hosts.types import Container
from bot.message import Message, Untrusted

UNLESS_STOPPED = "unless-stopped"
_REVIVED = frozenset({"always", "on-failure"})
_UP = frozenset({"running", "paused", "restarting"})
_GRACE = 10  # seconds that Docker gives a container of which nothing else is said
_MISSING = 404
_NANO = 10**9
_INTERVAL, _TIMEOUT, _RETRIES = 30.0, 30.0, 3  # Docker's, where a health check does not say


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One container and its image, as they are now.

    `platform` is the image's, None where it is the Engine's own, which that takes by itself.
    """

    container: Raw = field(hash=False)
    image: Raw = field(hash=False)
    platform: str | None = None

    @property
    def id(self) -> str:
        """The container's id."""
        return identity(self.container)

    @property
    def name(self) -> Untrusted:
        """Its name."""
        return Untrusted(string(self.container, "Name").removeprefix("/"))

    @property
    def reference(self) -> str:
        """The name of the image that it was made of."""
        return string(mapping(self.container.get("Config")), "Image")

    @property
    def image_id(self) -> str:
        """The id of that image."""
        return identity(self.image)

    @property
    def local(self) -> bool:
        """Whether its image was built or loaded here, and is not from the registry of its name."""
        return not digests_of(strings(self.image, "RepoDigests"), self.reference)

    @property
    def runs(self) -> bool:
        """Whether it has a process, or is about to have one again."""
        return string(mapping(self.container.get("State")), "Status") in _UP

    @property
    def revives(self) -> Raw:
        """Its restart policy, if by that an Engine that starts would start it; {} if not.

        Also after it was stopped: with `on-failure` whatever ended with another code than 0, and
        most that are stopped do (moby's `restartmanager`, `ShouldRestart`).
        """
        policy = mapping(mapping(self.container.get("HostConfig")).get(POLICY))
        return policy if string(policy, "Name") in _REVIVED else {}

    @property
    def grace(self) -> int:
        """How many seconds it gets to end by itself."""
        given = optional(mapping(self.container.get("Config")), "StopTimeout")
        return _GRACE if given is None else given

    @property
    def choice(self) -> str:
        """What its label says of upgrades, "" for nothing."""
        own = labels(mapping(self.container.get("Config")))
        return choice(own, labels(mapping(self.image.get("Config"))))

    @property
    def obstacles(self) -> tuple[Message, ...]:
        """Why it can't be made again faithfully."""
        return tuple(obstacles(self.container))

    def recipe(self, reference: str, image_id: str) -> Recipe:
        """How to make it again of an image."""
        return recipe(self.container, self.image, reference, image_id)


@dataclass(frozen=True, slots=True)
class Life:
    """How a container does. `health` is Docker's word, "" without a check; `said` is that check's.

    `patience` is how many seconds its check may take to call it healthy, 0 without one.
    """

    running: bool
    started: float
    restarts: int
    code: int
    health: str
    said: Untrusted
    patience: float


class Snapshots:
    """Looks at the containers of one Engine.

    Every method raises NotFound where there is no such container, or its image is gone, and
    DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._alone = frozenset[str]()  # those that share nothing: that is settled when one is made

    async def of(self, id: str) -> Snapshot:  # noqa: A002 - Docker's name for it
        """A container by id or name, with its image."""
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _snapshot(client, name))

    async def life(self, id: str) -> Life:  # noqa: A002 - the same
        """How it does now."""
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _life(client.inspect_container(name)))

    async def sharing(self, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """Those that share a container's network, processes or memory.

        They live in it: where it is made again, so must they be.
        """
        return await self._link.run(lambda client: self._sharing(client, snapshot))

    def _sharing(self, client: Client, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """Also those that share with one that shares; each after what it lives in."""
        left = [raw for raw in self._others(client) if identity(raw) != snapshot.id]
        known, found = [snapshot.container], list[Raw]()
        while more := [raw for raw in left if any(shares(raw, other) for other in known)]:
            found += sorted(more, key=lambda raw: string(raw, "Name"))
            known, left = more, [raw for raw in left if raw not in more]
        return tuple(_snapshot(client, identity(raw)) for raw in found)

    def _others(self, client: Client) -> list[Raw]:
        """All that share something, whole: a list does not tell, so each is looked at once."""
        ids = [identity(mapping(row)) for row in sequence(client.containers(all=True))]
        found = [raw for id_ in ids if id_ not in self._alone for raw in _whole(client, id_)]
        alone = {identity(raw) for raw in found if not shared(raw)}
        self._alone = self._alone.intersection(ids) | alone
        return [raw for raw in found if shared(raw)]

    async def all(self) -> tuple[Container, ...]:
        """The containers as the Engine lists them at this moment."""
        return await self._link.run(lambda client: listing.containers(client.containers(all=True)))

    async def linked_by(self, snapshot: Snapshot) -> tuple[Untrusted, ...]:
        """The containers that have an old link (`--link`) to it."""
        return await self._link.run(lambda client: _linked_by(client, snapshot.id))


def _snapshot(client: Client, name: str) -> Snapshot:
    container = mapping(client.inspect_container(name))
    image = client.inspect_image(identity(container, "Image"))  # type: ignore[no-untyped-call]  # the stubs leave it out
    found = Snapshot(container, mapping(image), _foreign(client, mapping(image)))
    # What can't be read is told here, and not in the middle of something.
    found.recipe(found.reference, found.image_id)
    return found


def _foreign(client: Client, image: Raw) -> str | None:
    """The platform of an image for another than the Engine's: under its name may be several."""
    own = mapping(client.version())
    its = (string(image, "Os"), string(image, "Architecture"))
    if its == (string(own, "Os"), string(own, "Arch")) or not all(its):
        return None
    return "/".join(filter(None, (*its, string(image, "Variant"))))


def _whole(client: Client, id: str) -> list[Raw]:  # noqa: A002 - as above
    """A container; none if it has gone."""
    try:
        return [mapping(client.inspect_container(id))]
    except Refused as error:
        if error.status != _MISSING:
            raise
        return []


def _linked_by(client: Client, id: str) -> tuple[Untrusted, ...]:  # noqa: A002 - as above
    """A list has, beside its own name, those by which others know it: `/other/alias`."""
    rows = map(mapping, sequence(client.containers(all=True, filters={"id": id})))
    names = (name.split("/") for row in rows for name in strings(row, "Names"))
    return tuple(Untrusted(parts[1]) for parts in names if len(parts) > 2)  # noqa: PLR2004 - as in the docstring


def _life(value: object) -> Life:
    raw = mapping(value)
    state, config = mapping(raw.get("State")), mapping(raw.get("Config"))
    health = mapping(state.get("Health"))
    log = [mapping(row) for row in sequence(health.get("Log"))]
    check = mapping(config.get("Healthcheck"))
    return Life(
        running=boolean(state, "Running") and not boolean(state, "Restarting"),
        started=moment(state, "StartedAt") or 0.0,
        restarts=integer(raw, "RestartCount"),
        code=integer(state, "ExitCode"),
        health=string(health, "Status"),
        said=Untrusted(string(log[-1], "Output") if log else ""),
        patience=_patience(check) if health else 0.0,
    )


def _patience(check: Raw) -> float:
    """As long as it takes until it would be called unhealthy, and one more time."""
    start = integer(check, "StartPeriod") / _NANO
    interval = integer(check, "Interval") / _NANO or _INTERVAL
    timeout = integer(check, "Timeout") / _NANO or _TIMEOUT
    return start + (interval + timeout) * ((integer(check, "Retries") or _RETRIES) + 1)
