"""What a chat is to be told, and what is held back from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.watch.alert import Alert
from bot.watch.calendar import Maintenance, Silence, Window, picks
from bot.watch.card import Card, Member
from bot.watch.condition import Native
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Subject


class Kind(StrEnum):
    """What a notice is: the card itself, new or edited, or a reply to it."""

    CARD = "card"
    RESOLVED = "resolved"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a chat is to be told: these firings, of that card. `severity` is of the worst.

    `rings`: it is a message of its own that makes a sound; an edit never does.
    """

    kind: Kind
    card: Card
    members: tuple[Member, ...]
    severity: Severity
    rings: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears: `chats` where a rule names none. `held` are the times of maintenance.

    In the `quiet` hours of a chat only what is critical rings there.
    """

    chats: tuple[int, ...]
    held: tuple[Maintenance, ...] = ()
    quiet: Mapping[int, Window] = field(default_factory=dict)

    def wakes(self, chat: int, severity: Severity, now: float) -> bool:
        """Whether something so bad rings in a chat at that time."""
        if severity is Severity.WARNING:
            return chat not in self.quiet or not self.quiet[chat].covers(now)
        return severity is Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Holding:
    """Says what is not told now; it looks at what the board has."""

    rules: Mapping[str, Rule]
    audience: Callable[[], Audience]
    alerts: Mapping[str, Alert]
    silences: Mapping[str, Silence]

    def held(self, card: Card, member: Member, now: float) -> bool:
        """Whether it is silenced, in maintenance, inhibited, or somebody has it already."""
        alert = self.alerts[member.key]
        subject = alert.subject
        if (card.asks and alert.taken) or self.quiet(alert, now):
            return True
        return bool(subject.name) and self._unreachable(subject.host)

    def quiet(self, alert: Alert, now: float) -> bool:
        """Whether it is silenced, or in maintenance."""
        rule, subject = alert.rule, alert.subject
        if any(s.until > now and picks(s, rule, subject) for s in self.silences.values()):
            return True
        held = self.audience().held
        return any(m.window.covers(now) and picks(m, rule, subject) for m in held)

    def _unreachable(self, host: str) -> bool:
        """Whether the Engine itself is what fires: its containers are unknown, not down."""
        engine = Subject(host).fingerprint
        return any(
            rule.when is Native.UNREACHABLE
            and (alert := self.alerts.get(f"{rule.name}/{engine}")) is not None
            and alert.firing
            for rule in self.rules.values()
        )
