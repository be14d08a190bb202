"""Whether a container that was started is well: healthy, or without a check running for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.command.call import Call
from bot.errors import BotError, Cancelled, DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.snapshots import Life
from bot.message import Message, Span, Untrusted, msg

SETTLED = 10.0  # seconds that one without a check must run
_LEAST, _MOST = 60.0, 3600.0  # seconds that one with a check gets, if nothing else is said
_PAUSE = 0.5


class Unwell(BotError):
    """It is not well; `said` is what its health check printed."""

    def __init__(self, message: Message, said: Untrusted | None = None) -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at containers until they are well. `wait` is how long at most, in seconds.

    `stop` ends it; the clock is monotonic enough for a wait, in seconds, as `sleep` takes them.
    """

    host: Host
    wait: float | None
    stop: asyncio.Event
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]

    async def until_well(self, *ids: str) -> None:
        """Return as soon as all are well; they are watched at the same time.

        Raises:
            Unwell: one is not, or not in time.
            Cancelled: somebody stopped the wait.
        """
        watches = [asyncio.ensure_future(self._until_well(one)) for one in ids]
        try:
            await asyncio.gather(*watches)
        finally:
            for one in watches:
                one.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    async def _until_well(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        began, first = self.clock(), await self._look(id)
        while True:
            now = await self._look(id)
            if now is not None and first is None:
                first = now
            if now is not None and first is not None and self._well(first, now, began):
                return
            patience = self._patience(now)
            if self.clock() - began > patience:
                raise Unwell(_late(now, patience), now.said if now else None)
            if self.stop.is_set():
                raise Cancelled(msg("It was stopped while it was waited for the new one."))
            await self.sleep(_PAUSE)

    async def _look(self, id: str) -> Life | None:  # noqa: A002 - the same
        """How it does; None where that can't be seen now."""
        try:
            return await self.host.snapshots.life(id)
        except NotFound as error:
            raise Unwell(msg("The new one was removed meanwhile.")) from error
        except DockerFault:
            return None

    def _well(self, first: Life, now: Life, began: float) -> bool:
        if now.restarts > first.restarts:
            raise Unwell(msg("The new one ended, and was started again."), now.said)
        if not now.running:
            raise Unwell(msg("The new one ended: exit {code}", code=now.code), now.said)
        if now.health == "unhealthy":
            raise Unwell(msg("The new one is unhealthy."), now.said)
        if now.health:
            return now.health == "healthy"
        return self.clock() - began >= SETTLED

    def _patience(self, now: Life | None) -> float:
        if self.wait is not None:
            return max(self.wait, SETTLED if now is None or not now.health else 0.0)
        return min(max(_LEAST, now.patience if now else 0.0), _MOST)


def watching(call: Call, stop: asyncio.Event) -> Watch:
    """Looks as long as the call says, until somebody stops it."""
    services, wait = call.services, call.params["wait"]
    patience = None if wait is None else float(wait)
    return Watch(call.host, patience, stop, services.clock, services.sleep)


def _late(now: Life | None, patience: float) -> Message:
    if now is None:
        return msg("How the new one does could not be seen for {time}.", time=Span(patience))
    return msg("The new one was not healthy in {time}.", time=Span(patience))
