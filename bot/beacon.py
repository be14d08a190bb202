"""Who watches the watcher: a monitor elsewhere, which is called every minute while all is well.

It notices by itself when the calls stop. The owner has named it, so it may be in any network; it
may not send the bot elsewhere. Its address is a secret: whoever knows it can call in our place.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

log = logging.getLogger(__name__)

_EVERY = 60.0  # seconds
_PATIENCE = aiohttp.ClientTimeout(total=10)
_MOVED = range(300, 400)
_WRONG = 400


@dataclass(frozen=True, slots=True)
class Beacon:
    """Calls `url` while the bot is `well`."""

    url: str
    well: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]]

    async def run(self) -> None:
        """Call every minute until cancelled; what goes wrong is logged once, until it is well."""
        told = ""
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            while True:
                trouble = await self._call(session) if self.well() else told
                if trouble and trouble != told:
                    log.warning("the heartbeat_url could not be called: %s", trouble)
                told = trouble
                await self.sleep(_EVERY)

    async def _call(self, session: aiohttp.ClientSession) -> str:
        """What went wrong, without the address; nothing if all is well."""
        try:
            async with session.get(self.url, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__
        if status in _MOVED:
            return f"it sends me elsewhere ({status})"
        return f"it answers {status}" if status >= _WRONG else ""
