"""Containers, and the stacks that compose makes of them: what is listed, told and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.hosts.types.machine import Machine
from bot.message import Untrusted


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
class Sweep:
    """What all running containers used at one time, by their ids; `failed` could not be read.

    `asked` is when that began, by the host's monotonic clock. `machine` is the host itself, where
    that can be seen.
    """

    asked: float
    readings: Mapping[str, Stats] = field(hash=False)
    failed: int = 0
    machine: Machine | None = None


@dataclass(frozen=True, slots=True)
class Processes:
    """`docker top`: titles, and one row a process; `more` rows were left out."""

    titles: tuple[Untrusted, ...]
    rows: tuple[tuple[Untrusted, ...], ...]
    more: int = 0
