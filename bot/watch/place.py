"""A host that is watched: what is heard of it, and what each rule makes of that now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.hosts import Host
from bot.hosts.subscription import Subscription
from bot.hosts.types import Event, Snapshot, Unreachable
from bot.watch.alert import Reading
from bot.watch.condition import OF_HOST, Condition, Logged, Native, Threshold
from bot.watch.figures import Figures
from bot.watch.logrules import LogRules
from bot.watch.memory import Memory
from bot.watch.reading import of_host, readings
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched


@dataclass(slots=True)
class Place:
    """A host; whether it is reachable is None until something was heard."""

    host: Host
    memory: Memory
    happenings: Subscription
    figures: Figures
    logs: LogRules
    reachable: bool | None = None

    async def listen(self, clock: Callable[[], float], heard: Callable[[bool], None]) -> None:
        """Take in what happens; `heard` is called where that matters, with whether it started."""
        with self.happenings as happenings:
            async for one in happenings:
                before = self.reachable
                match one:
                    case Event():
                        if not self.memory.hear(one, clock()):
                            continue  # a health check's `exec`, say: three for each
                    case Snapshot(containers, _, unsure):
                        self.memory.compare(containers, clock(), unsure)
                        self.reachable = True
                    case Unreachable():
                        self.reachable = False
                heard(bool(self.reachable) and not before)

    def readings(
        self, rule: Rule, now: float, firing: Callable[[Subject], bool]
    ) -> Mapping[Subject, Reading]:
        """What a rule's condition says now of all that it is about."""
        engine, when = Subject(self.host.name), rule.when
        if when is Native.UNREACHABLE:
            fits = rule.on.fits(engine, "", {})
            return {engine: Reading(not self.reachable)} if fits else {}
        if isinstance(when, Threshold) and when.when.metric in OF_HOST:
            value = self.figures.host(when.when.metric) if self.reachable else None
            return of_host(rule, when, engine.host, value, firing=firing(engine))
        return readings(
            rule,
            self.memory,
            now,
            firing=firing,
            figures=self._figures(rule.name, when),
            reachable=bool(self.reachable),
        )

    def _figures(self, rule: str, when: Condition) -> Callable[[Watched, str], float | None]:
        if isinstance(when, Logged):
            return lambda one, _metric: self.logs.count(rule, when, one)
        return self.figures.value
