"""All probes: each asked again and again, a few at once; what came of it is a reading."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.tasks import together
from bot.watch.alert import Evidence, Reading
from bot.watch.asking import ask
from bot.watch.probe import Finding, Probe
from bot.watch.rule import Rule

log = logging.getLogger(__name__)

_AT_ONCE = 8
_GOOD = 2  # turns: what was found longer ago is not known any more


@dataclass(slots=True)
class Probes:
    """Asks what the rules say. `clock` in seconds, as `sleep` takes them."""

    rules: Sequence[Rule]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    ask: Callable[[Probe], Awaitable[Finding]] = ask
    _found: dict[str, tuple[Finding, float]] = field(default_factory=dict)

    async def run(self) -> None:
        """Ask until cancelled."""
        room = asyncio.Semaphore(_AT_ONCE)
        probes = {r.name: r.when for r in self.rules if isinstance(r.when, Probe)}
        if probes:
            await together(*(self._repeat(name, one, room) for name, one in probes.items()))

    def reading(self, name: str, probe: Probe) -> Reading:
        """Whether something is wrong now, by the name of the rule."""
        finding, at = self._found.get(name, (None, 0.0))
        age = self.clock() - at
        if finding is None or not 0 <= age < _GOOD * (probe.every + probe.timeout):
            return Reading(None)
        return Reading(finding.fault is not None)

    def evidence(self, name: str) -> Evidence:
        """What is wrong."""
        finding, _ = self._found.get(name, (Finding(), 0.0))
        return Evidence(code=finding.status, fault=finding.fault or "")

    async def _repeat(self, name: str, probe: Probe, room: asyncio.Semaphore) -> None:
        while True:
            try:
                async with room:
                    found = await self.ask(probe)
                self._found[name] = found, self.clock()
            except Exception:  # unknown then: one that can't be asked ends none of the others
                log.exception("the probe %s could not be asked", name)
            await self.sleep(probe.every)
