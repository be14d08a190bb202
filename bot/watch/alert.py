"""One alert: a rule and a subject, from inactive over pending and firing to resolved.

Time is counted between two looks, at most two minutes for each: neither a clock that jumps nor a
night without the bot makes anything fire, or resolves it. What is not known is stale: it changes
nothing, and is never taken for well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.watch.rule import Missing, Rule, Severity
from bot.watch.subject import Subject

LONGEST = 120.0  # seconds that count between two looks
FOREVER = 1e11  # a snooze until it is resolved
_HOUR = 3600.0
_OFTEN = 3  # times in an hour from which an alert flaps
_CALM = 600.0  # seconds of calm that end one which flaps, doubled with each time more
_MOST_CALM = 2 * _HOUR
_KEPT = 8


class State(StrEnum):
    """Where an alert is; resolved is inactive again."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class End(StrEnum):
    """Why an alert fires no more: all is well, or it can't be bad any more, or nobody looks."""

    WELL = "well"
    STOPPED = "stopped"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known now: whether the condition holds (None: nothing is known), and its figure.

    `stopped`: it can't hold, as nothing runs there.
    """

    holds: bool | None
    value: float | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was done of it unasked: when, of how many times at most within an hour.

    `done`: it is known that the last was made. `given_up`: it did not help.
    """

    times: tuple[float, ...]
    budget: int
    done: bool
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person wants to see of it, gathered when it fired: of which `container`, by its name.

    `lines` are the last of the log, `output` the health check's own, `cap` the memory limit in
    bytes. `fault` is what is wrong with what was probed, `code` then the status. `deeds` are who
    did what lately: person, command, outcome, and when.
    """

    container: str = ""
    code: int | None = None
    oom: bool = False
    cap: int | None = None
    lines: tuple[str, ...] = ()
    output: str = ""
    fault: str = ""
    deeds: tuple[tuple[str, int, str, float], ...] = ()
    restarted: Restarted | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has it, until when (seconds since the epoch): then it is told again."""

    id: int
    name: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. Times are seconds since the epoch; `held` and `calm` count seconds.

    `at` is the last look, `since` when it began to hold or, once it fires, when it fired; `ended`
    when it last did no more, `end` why. `fires` are the last times that it fired. `snoozed` is
    until when.
    """

    rule: str
    subject: Subject
    severity: Severity
    state: State = State.INACTIVE
    at: float = 0.0
    since: float = 0.0
    held: float = 0.0
    calm: float | None = None
    ended: float | None = None
    end: End = End.WELL
    stale: bool = False
    value: float | None = None
    fires: tuple[float, ...] = ()
    owner: Owner | None = None
    snoozed: float | None = None
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return f"{self.rule}/{self.subject.fingerprint}"

    @property
    def firing(self) -> bool:
        """Whether it fires."""
        return self.state is State.FIRING

    @property
    def taken(self) -> bool:
        """Whether somebody has it, or has put it off."""
        return self.owner is not None or self.snoozed is not None

    def freed(self, now: float) -> Alert:
        """Without an owner that has had it long enough, or a snooze that is over."""
        owner = self.owner if self.owner and self.owner.until > now else None
        snoozed = self.snoozed if self.snoozed and self.snoozed > now else None
        if (owner, snoozed) == (self.owner, self.snoozed):
            return self
        return replace(self, owner=owner, snoozed=snoozed)

    def earlier(self, seconds: float) -> Alert:
        """The clock was put back: who has it, or put it off, does so for as long as before."""
        owner, snoozed = self.owner, self.snoozed
        if owner is not None:
            owner = replace(owner, since=owner.since - seconds, until=owner.until - seconds)
        if snoozed is not None and snoozed != FOREVER:
            snoozed -= seconds
        return replace(self, owner=owner, snoozed=snoozed)

    def forgettable(self, now: float) -> bool:
        """Whether it is over, and so long that it would not count as flapping either."""
        lately = any(abs(now - at) < _HOUR for at in self.fires)
        return self.state is State.INACTIVE and not lately

    def flaps(self, now: float) -> int:
        """How often it fired within an hour, if that is too often; else 0."""
        lately = sum(0 <= now - at < _HOUR for at in self.fires)
        return lately if lately >= _OFTEN else 0

    def patience(self, rule: Rule, now: float) -> float:
        """The seconds of calm that resolve it: the more, the more often it comes and goes."""
        often = self.flaps(now)
        if not often:
            return rule.keep
        return max(rule.keep, min(_CALM * 2.0 ** (often - _OFTEN), _MOST_CALM))


def advance(alert: Alert, rule: Rule, found: Reading, now: float) -> Alert:
    """The alert after one more look."""
    passed = min(max(now - alert.at, 0.0), LONGEST) if alert.at else 0.0
    holds = meaning(rule, found)
    value = alert.value if found.value is None else found.value
    seen = replace(alert, at=now, stale=holds is None, value=value)
    if holds is None:
        return seen
    match alert.state:
        case State.INACTIVE:
            return _begun(seen, rule, now) if holds else seen
        case State.PENDING:
            return _holding(seen, rule, passed, now) if holds else _quiet(seen)
        case State.FIRING:
            if holds:
                return replace(seen, calm=None)
            end = End.STOPPED if found.stopped else End.WELL
            return _calmer(replace(seen, end=end), rule, passed, now)


def dropped(alert: Alert, now: float) -> Alert:
    """The alert once no rule is about it any more."""
    return replace(_quiet(alert), at=now, ended=now, end=End.RULE)


def meaning(rule: Rule, found: Reading) -> bool | None:
    """Whether it holds, by what the rule says of what is not known; None leaves all as it is."""
    if found.holds is not None or rule.missing is Missing.STALE:
        return found.holds
    return rule.missing is Missing.FIRING


def _begun(alert: Alert, rule: Rule, now: float) -> Alert:
    begun = replace(alert, state=State.PENDING, since=now, held=0.0)
    return _holding(begun, rule, 0.0, now)


def _holding(alert: Alert, rule: Rule, passed: float, now: float) -> Alert:
    held = alert.held + passed
    if held < rule.wait:
        return replace(alert, held=held)
    return replace(
        alert,
        state=State.FIRING,
        severity=rule.severity,
        since=now,
        held=0.0,
        calm=None,
        ended=None,
        fires=(*alert.fires, now)[-_KEPT:],
        owner=None,
        snoozed=None,
        evidence=Evidence(),
    )


def _calmer(alert: Alert, rule: Rule, passed: float, now: float) -> Alert:
    calm = 0.0 if alert.calm is None else alert.calm + passed
    if calm < alert.patience(rule, now):
        return replace(alert, calm=calm)
    return replace(_quiet(alert), ended=now, value=alert.value)


def _quiet(alert: Alert) -> Alert:
    return replace(
        alert, state=State.INACTIVE, held=0.0, calm=None, value=None, owner=None, snoozed=None
    )
