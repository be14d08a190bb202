"""One Docker Engine, as the rest of the bot sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from bot.errors import DockerFault
from bot.hosts.archives import Archives
from bot.hosts.attach import Attachments
from bot.hosts.commits import Commits
from bot.hosts.compose import Compose
from bot.hosts.containers import Containers
from bot.hosts.creation import Creation
from bot.hosts.endings import Endings
from bot.hosts.events import Events
from bot.hosts.execs import Execs
from bot.hosts.feed import Feed
from bot.hosts.images import Images
from bot.hosts.inventory import Inventory, Listed, Live
from bot.hosts.limits import Limits
from bot.hosts.link import Late, Link
from bot.hosts.logs import Logs
from bot.hosts.machine import Gauge
from bot.hosts.networks import Networks
from bot.hosts.reaper import Reaper
from bot.hosts.registry import Login, Registry
from bot.hosts.roots import Roots
from bot.hosts.sampler import Sampler
from bot.hosts.snapshots import Snapshots
from bot.hosts.stats import Readings
from bot.hosts.stream import Streams
from bot.hosts.system import System
from bot.hosts.volumes import Volumes


class Host:
    """One Engine. Making one does no I/O; the Engine may come and go.

    `url` is `unix:///path`. `clock` is monotonic, in seconds, as `sleep` takes them. `logins` are
    for registries, by their hosts. `threads` bounds how many reads, and how many changes, are under
    way at once. `timeout`, in seconds, is how long a read may take. `own` is the id of the
    container that we run in, if it is in one. `disk` is a folder of ours on the disk of the host.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        name: str,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        logins: Mapping[str, Login] = MappingProxyType({}),
        threads: int = 8,
        timeout: float = 10.0,
        own: str = "",
        disk: str = "",
    ) -> None:
        self.name = name
        self._link = Link(name, url, clock=clock, sleep=sleep, threads=threads, timeout=timeout)
        self._streams = Streams(self._link)
        self._engine: tuple[int, str] | None = None
        self.containers = Containers(self._link)
        self.commits = Commits(self._link)
        self.limits = Limits(self._link)
        self.execs = Execs(self._link)
        self.reaper = Reaper(self.execs)
        self.attachments = Attachments(self._link, self._streams)
        self.images = Images(self._link)
        self.volumes = Volumes(self._link)
        self.networks = Networks(self._link)
        self.roots = Roots(self._link, own)
        self.creation = Creation(self._link)
        self.snapshots = Snapshots(self._link)
        self.system = System(self._link, clock)
        self.logs = Logs(self._link, self._streams)
        # Of its own connections: logs that rules follow leave room for those that people look at.
        self._followed = Streams(self._link)
        self.watched_logs = Logs(self._link, self._followed, sleep)
        self.archives = Archives(self._link, self._streams)
        self.compose = Compose(url)
        self.registry = Registry(self._link, self._streams, logins)
        self.endings = Endings(self._link, Streams(self._link), sleep)
        self.stats = Readings(self._link, self._streams)
        self.events = Events(self._link, self._streams, sleep)
        listed = Listed(self._link)
        self.feed = Feed(self._link, self.events, self.system, listed, clock, sleep)
        self.inventory: Inventory = Live(listed, self.feed.newest)
        self._gauge = Gauge(self._link, self.system, disk, own)
        self.sampler = Sampler(self._link, self.inventory, self._gauge, clock)

    @property
    def late(self) -> Callable[[Late], None] | None:
        """Called on the loop for each change that ends after its caller gave up waiting.

        It runs in the context (contextvars) of that caller, so that a variable set around the call
        tells which one it was.
        """
        return self._link.late

    @late.setter
    def late(self, hook: Callable[[Late], None] | None) -> None:
        self._link.late = hook

    async def engine_id(self) -> str:
        """The Engine's id, asked for once for each connection; "" if it cannot be told."""
        losses = self._link.losses
        if self._engine is not None and self._engine[0] == losses:
            return self._engine[1]
        try:
            found = await self.system.identity()
        except DockerFault:
            return ""
        if found:
            self._engine = (losses, found)
        return found

    async def close(self) -> None:
        """Let go of the connections. A request that hangs is not waited for."""
        await self._streams.close()
        await self._followed.close()
        await self.endings.close()
        self._gauge.close()
        self._link.close()
