"""What a report is made of: two times, the one before to compare with, and how it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.types import Container
from bot.watch.space import Space, space
from handlers.report.period import Period
from storage import happenings, history


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one host. `silent` is why it could not be asked: then it is not known what runs.

    `measured` is by when each container was measured for sure; `room` is the disk as it was before
    this time, and `disk` as it is.
    """

    here: Period
    before: Period
    containers: tuple[Container, ...]
    silent: BotError | None
    measured: Mapping[str, float]
    disk: Space
    room: Space

    def made(self, one: Container) -> float:
        """Since when there has been a container of its name."""
        known = self.measured.get(one.name.raw, one.created)
        return one.created if known >= one.created else self.before.since


async def facts(call: Call, length: float) -> Facts:
    """What is known of a host in the last `length` seconds.

    Raises:
        StorageError: what is stored can't be read.
    """
    now, database, host = call.services.clock(), call.services.database, call.host.name
    await call.services.catch_up(host)
    since, earlier = now - length, now - 2 * length
    here, before = await _period(call, since, now), await _period(call, earlier, since)
    containers, silent = await _containers(call)
    measured = await database.read(lambda c: history.known(c, host, earlier))
    disk, room = await space(database, host, now), await space(database, host, since)
    return Facts(here, before, containers, silent, measured, disk, room)


async def _period(call: Call, since: float, until: float) -> Period:
    bot, host = call.services.bot, call.host.name
    found = await call.services.database.read(
        lambda c: happenings.between(c, bot, host, since, until)
    )
    return Period(since, until, found)


async def _containers(call: Call) -> tuple[tuple[Container, ...], BotError | None]:
    try:
        return tuple(await call.host.inventory.containers()), None
    except BotError as error:
        return (), error
