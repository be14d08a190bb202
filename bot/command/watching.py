"""What handlers may ask of the watcher, which stands above them."""

from __future__ import annotations

from typing import Protocol

from bot.hosts.types import DiskUsage, Sweep


class Recorded(Protocol):
    """What is measured of a host, on its way to the history."""

    def take(self, sweep: Sweep) -> None:
        """Note a sweep."""

    def count(self, usage: DiskUsage) -> None:
        """Note what Docker takes on the disk."""

    async def run(self) -> None:
        """Write what was noted, until cancelled."""

    async def catch_up(self) -> None:
        """Have all of it be readable there, as far as the database lets it."""


class Watching(Protocol):
    """Changes what is told of alerts. Each is False if nothing on that card fires any more."""

    def host_of(self, card: str) -> str | None:
        """The host that a card is about; None if nothing on it fires any more."""

    async def take(self, card: str, person: int, name: str) -> bool:
        """Somebody has what a card tells."""

    async def snooze(self, card: str, seconds: float | None) -> bool:
        """Put it off; None is until it is resolved."""
