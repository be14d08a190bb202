"""What a handler may reach through its call, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.access.policy import Policy
from bot.command.files import Files
from bot.command.languages import Languages
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.sessions import Sessions
from bot.command.spec import Command
from bot.command.watching import Recorded, Watching
from bot.fetch import Fetch
from bot.hosts import Host
from bot.spool import Spool
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the running bot. `clock` gives seconds since the epoch, `sleep` takes them.

    `bot` is its own id. `files` has what people send, `fetch` what is in the web, `spool` the room
    on the disk for what is sent to them. `transfer` is how many bytes may go either way at once,
    `part` how many one document may have. `registries` are the hosts of those that images may come
    from and go to. `scheduled` is to be set when a schedule was changed. `watch` is none where
    nothing is watched; then there are no `recorders`, one of each host.
    """

    bot: int
    registry: Registry
    policy: Policy
    hosts: Mapping[str, Host]
    database: Database
    operations: Operations
    clock: Callable[[], float]
    languages: Languages
    files: Files
    spool: Spool
    fetch: Fetch
    registries: frozenset[str] = frozenset({"docker.io"})
    transfer: int = 1024**3
    part: int = 49_000_000
    follow_for: float = 600.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    watch: Watching | None = None
    recorders: Mapping[str, Recorded] = field(default_factory=dict)
    sessions: Sessions = field(default_factory=Sessions)
    scheduled: asyncio.Event = field(default_factory=asyncio.Event)

    async def catch_up(self, host: str) -> None:
        """Have all that was measured of a host be in the history."""
        if (recorder := self.recorders.get(host)) is not None:
            await recorder.catch_up()

    def may(self, person: int, command: Command, host: str | None = None) -> bool:
        """Whether it is worth offering: allowed on this host or, if none is given, on any."""
        hosts = (None,) if command.hostless else (host,) if host else tuple(self.hosts)
        return any(
            self.policy.decide(person, command.permission, on, changes=command.changes).allowed
            for on in hosts
        )
