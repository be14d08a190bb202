"""A rule: about what, when, for how long, how bad that is, and who hears of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from bot.watch.condition import Bound, Condition, Native, Restarts, Threshold
from bot.watch.subject import Selector

_MINUTE, _HOUR = 60.0, 3600.0


class Severity(IntEnum):
    """How bad it is, the worst being the highest."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3


class Missing(StrEnum):
    """What it means that nothing is known: by default that the alert is stale, as it was."""

    STALE = "stale"
    FIRING = "firing"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Step:
    """Who hears of it, `after` so many seconds in which nobody has taken it."""

    chat: int
    after: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. Times are in seconds: it must hold `wait` (`for` in the config) before it fires.

    A gap of `keep` (`keep_firing_for`) does not end it. It is told in `chats`, or else to the
    owners, then in each step of the `chain`; told again every `repeat`, 0 being never.
    """

    name: str
    when: Condition
    on: Selector = field(default_factory=Selector)
    wait: float = 0.0
    keep: float = 0.0
    severity: Severity = Severity.WARNING
    missing: Missing = Missing.STALE
    chats: tuple[int, ...] = ()
    chain: tuple[Step, ...] = ()
    repeat: float = 0.0

    def moved(self, chat: int, to: int) -> Rule:
        """The rule once a chat that it tells has a new id."""
        chats = tuple(to if one == chat else one for one in self.chats)
        chain = tuple(replace(s, chat=to) if s.chat == chat else s for s in self.chain)
        return replace(self, chats=chats, chain=chain)


# On without being asked for, and quiet: what restarts by itself within two minutes is one card.
DEFAULTS = (
    Rule("exited", Native.EXITED, keep=2 * _MINUTE),
    Rule("oom", Native.OOM, keep=5 * _MINUTE, severity=Severity.CRITICAL, repeat=4 * _HOUR),
    Rule("unhealthy", Native.UNHEALTHY, wait=_MINUTE, keep=_MINUTE),
    Rule(
        "restart-loop",
        Restarts(3, 10 * _MINUTE),
        keep=5 * _MINUTE,
        severity=Severity.CRITICAL,
        repeat=4 * _HOUR,
    ),
    Rule(
        "unreachable",
        Native.UNREACHABLE,
        wait=_MINUTE,
        severity=Severity.CRITICAL,
        repeat=4 * _HOUR,
    ),
    Rule("disk", Threshold(Bound("disk", ">", 90), Bound("disk", "<", 87)), wait=5 * _MINUTE),
    Rule(
        "disk-critical",
        Threshold(Bound("disk", ">", 95), Bound("disk", "<", 93)),
        wait=_MINUTE,
        severity=Severity.CRITICAL,
        repeat=4 * _HOUR,
    ),
)
