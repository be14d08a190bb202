"""What an Engine tells, as frozen values of our own: no other package sees the SDK's answers.

Every string that an Engine reports is `Untrusted`, names included: a container may be called
`example.com`, which a phone turns into a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from bot.message import Untrusted


class Kind(Enum):
    """What a target is."""

    CONTAINER = "container"
    IMAGE = "image"
    VOLUME = "volume"
    NETWORK = "network"
    STACK = "stack"  # a compose project; its id is its name
    BUILD_CACHE = "build cache"
    PATH = "path"  # in a container; its id is that of the container, a colon, and the path


@dataclass(frozen=True, slots=True)
class Target:
    """One thing on one Engine, found by name. `state` tells whether it changed since."""

    kind: Kind
    host: str
    id: str
    name: Untrusted
    state: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a container, and where it is published."""

    private: int
    protocol: str
    ip: str | None = None
    public: int | None = None


_NOTHING = Untrusted("")
_CALM = frozenset({"created", "running", "paused", "removing"})


@dataclass(frozen=True, slots=True)
class Container:
    """A row of `GET /containers/json`.

    `state` is created, running, paused, restarting, removing, exited or dead. `status` is Docker's
    English sentence, raw. `health` is healthy, unhealthy, starting or None. `exit_code` and `ago`
    (seconds since it started or ended, as coarse as Docker says it) come from `status` and are
    None where it could not be parsed. `size_rw`, its own files in bytes, and `size_root`, those of
    its image as well, are None unless sizes were asked for. `local` counts the mounts of volumes
    of this machine.
    """

    id: str
    name: Untrusted
    image: Untrusted
    image_id: str
    state: str
    status: Untrusted
    health: str | None
    exit_code: int | None
    ago: float | None
    created: float
    networks: tuple[Untrusted, ...]
    mounts: tuple[Untrusted, ...]
    labels: Mapping[str, str] = field(hash=False)
    size_rw: int | None = None
    size_root: int | None = None
    command: Untrusted = _NOTHING
    ports: tuple[Port, ...] = ()
    local: int = 0

    @property
    def needs_you(self) -> bool:
        """Whether somebody should look: it failed, fails, is not well, or not understood."""
        if self.state == "exited":
            return self.exit_code != 0
        return self.state not in _CALM or self.health == "unhealthy"

    @property
    def project(self) -> Untrusted | None:
        """The compose project that it belongs to."""
        name = self.labels.get("com.docker.compose.project")
        return Untrusted(name) if name else None


@dataclass(frozen=True, slots=True)
class Stack:
    """A compose project, as the labels of its containers tell; each is after what it depends on.

    What `docker compose run` left is none of them. `state` changes with theirs.
    """

    name: Untrusted
    containers: tuple[Container, ...]
    state: str

    @property
    def id(self) -> str:
        """Its name: there is no other."""
        return self.name.raw

    @property
    def labels(self) -> Mapping[str, str]:
        """None: it is made of those of its containers."""
        return MappingProxyType({})

    @property
    def up(self) -> int:
        """How many of its containers run and are well."""
        return sum(c.state == "running" and not c.needs_you for c in self.containers)

    @property
    def needs_you(self) -> bool:
        """Whether somebody should look at one of its containers."""
        return any(c.needs_you for c in self.containers)


@dataclass(frozen=True, slots=True)
class Details:
    """`GET /containers/{id}/json`: what one most often looks for, and all of it as JSON (`whole`).

    `state` is as of `Container`. `since` is when it started, or ended, in seconds since the epoch;
    None where that is not what made its state. `memory` is its limit in bytes, 0 for none. `ports`
    are those that are published, `exposed` those that are open inside and nowhere else; `mounts`
    are pairs of where from and where to. `size_rw` and `size_root` are as of `Container`.
    """

    id: str
    state: str
    since: float | None
    image: Untrusted
    restarts: int
    restart_policy: Untrusted
    memory: int
    ports: tuple[Port, ...]
    mounts: tuple[tuple[Untrusted, Untrusted], ...]
    networks: tuple[Untrusted, ...]
    whole: bytes
    exposed: tuple[Port, ...] = ()
    size_rw: int | None = None
    size_root: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A row of `GET /images/json`. `size` in bytes, layers that others share included.

    `digests` are as in "app@sha256:…"; `parent` is the id of the image that it is built on, ""
    where that is not told. `shared`, in bytes, and `users`, which counts containers, are None where
    the Engine was not asked.
    """

    id: str
    tags: tuple[Untrusted, ...]
    size: int
    created: float
    labels: Mapping[str, str] = field(hash=False)
    digests: tuple[Untrusted, ...] = ()
    parent: str = ""
    shared: int | None = None
    users: int | None = None

    @property
    def dangling(self) -> bool:
        """Whether it has no tag."""
        return not self.tags


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume. `size` in bytes, and `users`, are None where the Engine was not asked.

    `path` is where it is on the host. `created` is when, in seconds since the epoch, 0 where that
    is not told.
    """

    name: Untrusted
    driver: Untrusted
    created: float
    size: int | None
    users: int | None
    anonymous: bool
    scope: Untrusted
    path: Untrusted
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class VolumeDetails:
    """`GET /volumes/{name}`: what one looks for, and all of it as JSON (`whole`).

    `options` are those of its driver.
    """

    volume: Volume
    options: Mapping[str, str] = field(hash=False)
    whole: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """A network; `builtin` are bridge, host and none; `users` counts attached containers.

    `subnets` are as in "172.18.0.0/16". `ipv4` is what an Engine says, which only newer ones do.
    """

    id: str
    name: Untrusted
    driver: Untrusted
    created: float
    builtin: bool
    users: int
    scope: Untrusted
    subnets: tuple[Untrusted, ...]
    internal: bool
    ipv4: bool
    ipv6: bool
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running container in a network, by id, with its addresses there ("172.18.0.2/16")."""

    id: str
    name: Untrusted
    addresses: tuple[Untrusted, ...]


@dataclass(frozen=True, slots=True)
class NetworkDetails:
    """`GET /networks/{id}`: what one looks for, and all of it as JSON (`whole`)."""

    network: Network
    gateways: tuple[Untrusted, ...]
    endpoints: tuple[Endpoint, ...]
    attachable: bool
    options: Mapping[str, str] = field(hash=False)
    whole: bytes


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """A record of the build cache: what a step of a build left behind.

    An image has the layers of a `shared` one as well. An `internal` one is a builder's own. `used`
    is when it was last used, None for never. `what` is Docker's word for its kind.
    """

    what: Untrusted
    size: int
    in_use: bool
    shared: bool
    internal: bool
    used: float | None


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """`GET /system/df`, in bytes: what there is.

    `age` tells how many seconds ago the count of it began.
    """

    images: tuple[Image, ...]
    containers: tuple[Container, ...]
    volumes: tuple[Volume, ...]
    builds: tuple[BuildRecord, ...]
    layers: int
    age: float = 0.0

    @property
    def build_cache(self) -> int:
        """What the build cache takes beside the images."""
        return sum(record.size for record in self.builds if not record.shared)


@dataclass(frozen=True, slots=True)
class Stats:
    """One reading of a running container. `cpu` in percent, may reach cores × 100; None: unknown.

    `memory` by the formula of `docker stats`; `limit` in bytes; network and block I/O are bytes
    since the container started.
    """

    id: str
    name: Untrusted
    cpu: float | None
    memory: int | None
    limit: int | None
    received: int
    sent: int
    read: int
    written: int
    pids: int | None


@dataclass(frozen=True, slots=True)
class Processes:
    """`docker top`: titles, and one row a process; `more` rows were left out."""

    titles: tuple[Untrusted, ...]
    rows: tuple[tuple[Untrusted, ...], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """`GET /info`: the machine behind a host, and all of it as JSON (`whole`). `memory` in bytes.

    `swarm` is Docker's word for its state in one. `plugins` are by what they are for.
    """

    name: Untrusted
    version: Untrusted
    system: Untrusted
    kernel: Untrusted
    architecture: Untrusted
    cpus: int
    memory: int
    running: int
    paused: int
    stopped: int
    images: int
    storage_driver: Untrusted
    cgroup: Untrusted
    cgroup_driver: Untrusted
    logging_driver: Untrusted
    runtime: Untrusted
    root_dir: Untrusted
    swarm: Untrusted
    live_restore: bool
    security: tuple[Untrusted, ...]
    plugins: Mapping[str, tuple[Untrusted, ...]] = field(hash=False)
    mirrors: tuple[Untrusted, ...]
    labels: tuple[Untrusted, ...]
    warnings: tuple[Untrusted, ...]
    whole: bytes


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """`GET /version`: `api` is what is spoken with it, after clamping.

    `whole` is all of it as JSON, below "Server", where Docker's command line has it.
    """

    version: Untrusted
    api: str
    api_max: Untrusted
    go: Untrusted
    commit: Untrusted
    system: Untrusted
    architecture: Untrusted
    kernel: Untrusted
    whole: bytes


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log, `at` in RFC 3339, by the Engine.

    `stream` is 1 (stdout), 2 (stderr), or 3: what the Engine itself says where it can't read on.
    """

    stream: int
    text: Untrusted
    at: str | None = None


@dataclass(frozen=True, slots=True)
class LogMatches:
    """What `--grep` found: the last `lines`, how many matched in all, and how much was read."""

    lines: tuple[LogLine, ...]
    matched: int
    read: int


@dataclass(frozen=True, slots=True)
class Event:
    """What happened on an Engine. `at` is seconds and nanoseconds since the epoch.

    `action` is Docker's word, with what it is about behind a colon ("exec_create: ls /"). `name` is
    the thing's, its id where it has none. `attributes` have its labels among them.
    """

    at: tuple[int, int]
    type: str
    action: Untrusted
    scope: Untrusted
    id: Untrusted
    name: Untrusted
    attributes: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """The Engine was not heard for a while: some events may be missing here."""
