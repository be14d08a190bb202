"""All alerts by their keys, as they are: readings and the passing of time go in.

It knows nothing of cards: what they have to tell of it is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from bot.watch.alert import Alert, Reading, State, advance, dropped, meaning
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Subject

Covers = Callable[[str, str], bool]


@dataclass(slots=True)
class Seen:
    """What a look has changed: what fires now, what does no more, and the keys of the rest.

    `worse` are those that are to be told again, `other` those that are to be shown anew.
    """

    fired: list[Alert] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    worse: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Roster:
    """`changed` hears of each whose state is to be stored; `fresh` have just fired."""

    changed: Callable[[str], None]
    alerts: dict[str, Alert] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)

    def put(self, alert: Alert) -> None:
        """Have this alert from now on."""
        self.alerts[alert.key] = alert
        self.changed(alert.key)

    def of(self, rule: str, subject: Subject) -> Alert | None:
        """The alert of a rule about a subject."""
        return self.alerts.get(f"{rule}/{subject.fingerprint}")

    def drop(self, rules: Collection[str], covers: Covers, now: float) -> set[str]:
        """What no rule is about any more is over; what of it has fired."""
        lost = [
            alert
            for alert in self.alerts.values()
            if alert.state is not State.INACTIVE
            and not (alert.rule in rules and covers(alert.rule, alert.subject.host))
        ]
        for alert in lost:
            self._keep(alert, dropped(alert, now))
        return {alert.key for alert in lost if alert.firing}

    def look(self, rule: Rule, host: str, readings: Mapping[Subject, Reading], now: float) -> Seen:
        """Take in what holds now. Of what fires and is not among it, nothing is left."""
        known = [a for a in self.alerts.values() if (a.rule, a.subject.host) == (rule.name, host)]
        gone = {
            a.subject: Reading(holds=False)
            for a in known
            if a.state is not State.INACTIVE and a.subject not in readings
        }
        seen = Seen()
        for subject, reading in chain(readings.items(), gone.items()):
            before = self.of(rule.name, subject) if known else None
            if before is None and not meaning(rule, reading):
                continue
            before = before or Alert(rule.name, subject, rule.severity)
            if before.firing and before.severity < rule.severity:
                before = self.raised(before, rule.severity)
                seen.worse.append(before.key)
            after = advance(before, rule, reading, now)
            self._keep(before, after)
            _note(seen, before, after)
        return seen

    def raised(self, alert: Alert, severity: Severity) -> Alert:
        """It is worse than when somebody took it: nobody has it any more."""
        alert = replace(alert, severity=severity, owner=None, snoozed=None)
        self.put(alert)
        return alert

    def set_back(self, seconds: float) -> Iterator[str]:
        """The clock was put back; the keys of those that somebody has, or has put off."""
        for alert in tuple(self.alerts.values()):
            if alert.taken:
                self.put(alert.earlier(seconds))
                yield alert.key

    def expire(self, shown: Collection[str], now: float) -> Iterator[str]:
        """Forget what is over and not `shown`; the keys of those that nobody has any more."""
        for alert in tuple(self.alerts.values()):
            if alert.forgettable(now) and alert.key not in shown:
                del self.alerts[alert.key]
                self.changed(alert.key)
            elif (freed := alert.freed(now)) is not alert:
                self.put(freed)
                yield alert.key

    def load(self, alerts: Iterable[Alert]) -> None:
        """Take up what the last run knew."""
        self.alerts = {alert.key: alert for alert in alerts}

    def _keep(self, before: Alert, after: Alert) -> None:
        self.alerts[after.key] = after
        if after.firing != before.firing or _matters(before, after):
            self.changed(after.key)
        if after.firing and not before.firing:
            self.fresh.append(after.key)
        if after.state is State.INACTIVE and not after.fires:
            del self.alerts[after.key]


def _note(seen: Seen, before: Alert, after: Alert) -> None:
    if before.firing and not after.firing:
        seen.ended.add(after.key)
    elif after.firing and not before.firing:
        seen.fired.append(after)
    elif after.firing and after.stale != before.stale:
        seen.other.append(after.key)


def _matters(before: Alert, after: Alert) -> bool:
    """Whether a restart would miss it: the time of the last look does where time is counted."""
    if after.state is State.PENDING or after.calm is not None:
        return True
    return replace(after, at=before.at, value=before.value) != before
