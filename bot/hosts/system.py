"""The Engine itself: what it is, what it holds, and its build cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.hosts import listing
from bot.hosts.answer import boolean, integer, mapping, sequence, string, strings, untrusted
from bot.hosts.client import Client
from bot.hosts.details import whole
from bot.hosts.link import Link
from bot.hosts.shared import Shared
from bot.hosts.types import DiskUsage, EngineInfo, EngineVersion
from bot.message import Untrusted

_ID = re.compile(r"[A-Za-z0-9:-]{1,100}")
# `system df` walks through everything: minutes on big hosts.
_LONG = 300.0
_RECENT = 60.0
_PLUGINS = ("Volume", "Network", "Log")


@dataclass(frozen=True, slots=True)
class _Count:
    """What was found, in which epoch of the link, and when that was begun."""

    usage: DiskUsage
    epoch: tuple[int, int]
    began: float


class System:
    """One Engine's own state. Every method raises DockerFault where the Engine fails.

    `clock` is monotonic, in seconds.
    """

    def __init__(self, link: Link, clock: Callable[[], float]) -> None:
        self._link = link
        self._clock = clock
        self._shared: Shared[_Count] = Shared(link)
        self._last: _Count | None = None

    async def identity(self) -> str:
        """The Engine's id, "" where it tells none that is one."""
        found = await self._link.run(lambda client: string(mapping(client.info()), "ID"))
        return found if _ID.fullmatch(found) else ""

    async def info(self) -> EngineInfo:
        """The machine behind the Engine, and what it holds."""
        return await self._link.run(lambda client: _info(client.info()))

    async def version(self) -> EngineVersion:
        """What is installed, and which API is spoken with it."""
        return await self._link.run(_version)

    async def df(self, *, recent: bool = False) -> DiskUsage:
        """What lies on its disk. May take minutes, and takes the Engine much work.

        `recent`: what was counted in the last minute will do, of volumes and build cache alone, if
        nothing was changed through here since.
        """
        count = self._last if recent else None
        if count is None or count.epoch != self._link.epoch or self._age(count) > _RECENT:
            count = await self._shared.ask(None, self._count)
        return replace(count.usage, age=self._age(count))

    async def prune_builds(
        self,
        *,
        all: bool,  # noqa: A002 - Docker's name for it
        unused_for: float,
    ) -> int:
        """Empty the build cache of what was not used for so many seconds; the bytes that it freed.

        `all`: of what is a builder's own, or an image's as well, too. The Engine reckons back from
        its own clock, to a full second, so that it rather keeps what was used last.
        """
        asked = self._clock()

        def work(client: Client) -> int:
            # `until` is of the last use (buildkit `cache/manager.go`), not of the making.
            until = f"{unused_for + self._clock() - asked:.3f}s"
            answer = client.prune_builds(filters={"until": until}, all=all)
            return integer(mapping(answer), "SpaceReclaimed")

        return await self._link.run(work, changes=True, seconds=_LONG)

    async def _count(self) -> _Count:
        epoch, began = self._link.epoch, self._clock()
        usage = await self._link.run(lambda c: _usage(c.df()), seconds=_LONG, counts=True)
        # Images and containers may be thousands: nobody needs those that are not fresh.
        self._last = _Count(replace(usage, images=(), containers=()), epoch, began)
        return _Count(usage, epoch, began)

    def _age(self, count: _Count) -> float:
        return self._clock() - count.began


def _info(value: object) -> EngineInfo:
    raw = mapping(value)
    plugins = mapping(raw.get("Plugins"))
    return EngineInfo(
        name=untrusted(raw, "Name"),
        version=untrusted(raw, "ServerVersion"),
        system=untrusted(raw, "OperatingSystem"),
        kernel=untrusted(raw, "KernelVersion"),
        architecture=untrusted(raw, "Architecture"),
        cpus=integer(raw, "NCPU"),
        memory=integer(raw, "MemTotal"),
        running=integer(raw, "ContainersRunning"),
        paused=integer(raw, "ContainersPaused"),
        stopped=integer(raw, "ContainersStopped"),
        images=integer(raw, "Images"),
        storage_driver=untrusted(raw, "Driver"),
        cgroup=untrusted(raw, "CgroupVersion"),
        cgroup_driver=untrusted(raw, "CgroupDriver"),
        logging_driver=untrusted(raw, "LoggingDriver"),
        runtime=untrusted(raw, "DefaultRuntime"),
        root_dir=untrusted(raw, "DockerRootDir"),
        swarm=untrusted(mapping(raw.get("Swarm")), "LocalNodeState"),
        live_restore=boolean(raw, "LiveRestoreEnabled"),
        security=_texts(raw, "SecurityOptions"),
        plugins={kind: _texts(plugins, kind) for kind in _PLUGINS},
        mirrors=_texts(mapping(raw.get("RegistryConfig")), "Mirrors"),
        labels=_texts(raw, "Labels"),
        warnings=_texts(raw, "Warnings"),
        whole=whole(raw),
    )


def _texts(raw: Mapping[str, object], key: str) -> tuple[Untrusted, ...]:
    return tuple(map(Untrusted, strings(raw, key)))


def _version(client: Client) -> EngineVersion:
    raw = mapping(client.version())
    return EngineVersion(
        version=untrusted(raw, "Version"),
        api=client.api_version,
        api_max=untrusted(raw, "ApiVersion"),
        go=untrusted(raw, "GoVersion"),
        commit=untrusted(raw, "GitCommit"),
        system=untrusted(raw, "Os"),
        architecture=untrusted(raw, "Arch"),
        kernel=untrusted(raw, "KernelVersion"),
        whole=whole({"Server": raw}),
    )


def _usage(value: object) -> DiskUsage:
    raw = mapping(value)
    return DiskUsage(
        images=listing.images(raw.get("Images")),
        containers=listing.containers(raw.get("Containers"), sized=True),
        volumes=tuple(map(listing.volume, sequence(raw.get("Volumes")))),
        builds=tuple(map(listing.build_record, sequence(raw.get("BuildCache")))),
        layers=integer(raw, "LayersSize"),
    )
