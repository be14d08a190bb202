"""The Engine itself: its disk, its machine, its version, and what happens on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import BotError
from bot.hosts.types.containers import Container
from bot.hosts.types.images import Image
from bot.hosts.types.volumes import Volume
from bot.message import Untrusted


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
    def in_containers(self) -> int:
        """What containers have written."""
        return sum(one.size_rw or 0 for one in self.containers)

    @property
    def in_volumes(self) -> int:
        """What volumes take."""
        return sum(one.size or 0 for one in self.volumes)

    @property
    def build_cache(self) -> int:
        """What the build cache takes beside the images."""
        return sum(record.size for record in self.builds if not record.shared)


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
    """Events may have been missed from `since` to `until`, as of `Event.at`; None: unknown."""

    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All containers as they were once everything that was told before had happened.

    `asked` is when they were asked for, by the host's monotonic clock. Of the `unsure`, by their
    ids, something was told meanwhile: of them it may say what was before that, or nothing.
    """

    containers: tuple[Container, ...]
    asked: float
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The Engine can't be heard, and why; `tries` have failed so far. A Snapshot ends it."""

    why: BotError
    tries: int


# What a feed tells, in its order.
Happening = Event | Gap | Snapshot | Unreachable
