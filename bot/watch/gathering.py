"""Gathers the evidence of what has fired, beside the rounds: of many at once, of the first only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.tasks import Tasks
from bot.watch import evidence
from bot.watch.alert import Alert, Evidence
from bot.watch.place import Place
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.database import Database

_AT_ONCE = 8
_PATIENCE = 10.0  # seconds for the evidence of one alert


class Gathering:
    """Owns the tasks. `changes` says of a command whether it changes anything."""

    def __init__(
        self,
        places: Mapping[str, Place],
        database: Database,
        changes: Callable[[str], bool],
        clock: Callable[[], float],
    ) -> None:
        self._places = places
        self._database = database
        self._changes = changes
        self._clock = clock
        self._tasks = Tasks("the evidence of an alert could not be gathered", _AT_ONCE)

    async def close(self) -> None:
        """End what goes on."""
        await self._tasks.close()

    def at_once(self, alerts: Collection[Alert]) -> dict[str, Evidence]:
        """What is known of these without asking, by their keys."""
        return {key: evidence.at_once(one) for key, one in self._about(alerts).items()}

    def gather(
        self, alerts: Collection[Alert], attach: Callable[[str, Evidence], Awaitable[None]]
    ) -> None:
        """Ask about as many of these as is worth it, and attach what comes of it."""
        for key, one in self._about(alerts).items():
            if self._tasks.room <= 0:
                return
            self._tasks.own(self._gather(key, one, attach))

    async def _gather(
        self, key: str, one: Watched, attach: Callable[[str, Evidence], Awaitable[None]]
    ) -> None:
        host = self._places[one.subject.host].host
        async with asyncio.timeout(_PATIENCE):
            found = await evidence.gather(host, one, self._database, self._clock(), self._changes)
        await attach(key, found)

    def _about(self, alerts: Collection[Alert]) -> dict[str, Watched]:
        """The container that each is most likely about, by the alert's key."""
        found: dict[Subject, Watched] = {}
        for name in {alert.subject.host for alert in alerts}:
            found |= self._places[name].memory.worst(
                {alert.subject for alert in alerts if alert.subject.host == name}
            )
        return {alert.key: found[alert.subject] for alert in alerts if alert.subject in found}
