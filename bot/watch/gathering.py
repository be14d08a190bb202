"""Gathers the evidence of what has fired, beside the rounds: of many at once, of the first only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.tasks import Tasks
from bot.watch import evidence
from bot.watch.alert import Alert, Evidence
from bot.watch.condition import Logged
from bot.watch.logrules import LogRules
from bot.watch.place import Place
from bot.watch.probe import Probe
from bot.watch.probes import Probes
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.database import Database

_AT_ONCE = 8
_PATIENCE = 10.0  # seconds for the evidence of one alert


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that has just fired, and the rule that it is of."""

    alert: Alert
    rule: Rule


@dataclass(frozen=True, slots=True)
class Senses:
    """Where there is evidence: the hosts, by their names, the logs and the probes."""

    places: Mapping[str, Place]
    logs: LogRules
    probes: Probes

    def known(self, every: Iterable[Fired]) -> dict[str, Evidence]:
        """What is known of these without asking, by the keys of the alerts."""
        fired = {one.alert.key: one for one in every}
        found = {key: evidence.at_once(one) for key, one in self.about(fired.values()).items()}
        with_lines = {key: self.with_lines(fired[key], one) for key, one in found.items()}
        probed = {
            key: self.probes.evidence(one.rule.name)
            for key, one in fired.items()
            if isinstance(one.rule.when, Probe)
        }
        return with_lines | probed

    def about(self, every: Iterable[Fired]) -> dict[str, Watched]:
        """The container that each is most likely about, by the key of the alert."""
        alerts = [one.alert for one in every if not isinstance(one.rule.when, Probe)]
        found: dict[Subject, Watched] = {}
        for name in {alert.subject.host for alert in alerts}:
            found |= self.places[name].memory.worst(
                {alert.subject for alert in alerts if alert.subject.host == name}
            )
        return {alert.key: found[alert.subject] for alert in alerts if alert.subject in found}

    def with_lines(self, fired: Fired, found: Evidence) -> Evidence:
        """Evidence with the lines that the rule is about, if it is about any."""
        rule = fired.rule
        if not isinstance(rule.when, Logged):
            return found
        return self.logs.evidence(rule.name, rule.when, fired.alert.subject, found)


class Gathering:
    """Owns the tasks. `changes` says of a command whether it changes anything."""

    def __init__(
        self,
        senses: Senses,
        database: Database,
        changes: Callable[[str], bool],
        clock: Callable[[], float],
    ) -> None:
        self._senses = senses
        self._database = database
        self._changes = changes
        self._clock = clock
        self._tasks = Tasks("the evidence of an alert could not be gathered", _AT_ONCE)

    async def close(self) -> None:
        """End what goes on."""
        await self._tasks.close()

    def gather(
        self, every: Iterable[Fired], attach: Callable[[str, Evidence], Awaitable[None]]
    ) -> None:
        """Ask about as many of these as is worth it, and attach what comes of it."""
        fired = {one.alert.key: one for one in every}
        for key, one in self._senses.about(fired.values()).items():
            if self._tasks.room <= 0:
                return
            self._tasks.own(self._gather(fired[key], one, attach))

    async def _gather(
        self, fired: Fired, one: Watched, attach: Callable[[str, Evidence], Awaitable[None]]
    ) -> None:
        host = self._senses.places[one.subject.host].host
        async with asyncio.timeout(_PATIENCE):
            found = await evidence.gather(host, one, self._database, self._clock(), self._changes)
        await attach(fired.alert.key, self._senses.with_lines(fired, found))
