"""The Engine itself: what it is, what it holds, what its build cache could free."""

from __future__ import annotations

import re

from bot.hosts import listing
from bot.hosts.answer import boolean, integer, mapping, sequence, string, strings, untrusted
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.types import DiskUsage, EngineInfo, EngineVersion
from bot.message import Untrusted

_ID = re.compile(r"[A-Za-z0-9:-]{1,100}")
# `system df` walks through everything: minutes on big hosts.
_LONG = 300.0


class System:
    """One Engine's own state. Every method raises DockerFault where the Engine fails."""

    def __init__(self, link: Link) -> None:
        self._link = link

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

    async def df(self) -> DiskUsage:
        """What lies on its disk. May take minutes, and takes the Engine much work."""
        return await self._link.run(lambda client: _usage(client.df()), seconds=_LONG, slow=True)

    async def prune_builds(self) -> int:
        """Empty the build cache of what nothing uses; how many bytes that freed."""
        return await self._link.run(
            lambda client: integer(mapping(client.prune_builds()), "SpaceReclaimed"),
            changes=True,
            seconds=_LONG,
        )


def _info(value: object) -> EngineInfo:
    raw = mapping(value)
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
        warnings=tuple(map(Untrusted, strings(raw, "Warnings"))),
    )


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
    )


def _usage(value: object) -> DiskUsage:
    raw = mapping(value)
    cache = [mapping(row) for row in sequence(raw.get("BuildCache"))]
    own = [row for row in cache if not boolean(row, "Shared")]
    return DiskUsage(
        images=listing.images(raw.get("Images")),
        containers=listing.containers(raw.get("Containers"), sized=True),
        volumes=tuple(map(listing.volume, sequence(raw.get("Volumes")))),
        layers=integer(raw, "LayersSize"),
        build_cache=sum(integer(row, "Size") for row in own),
        build_cache_reclaimable=sum(integer(r, "Size") for r in own if not boolean(r, "InUse")),
    )
