"""What a chat is to be told, and what is held back from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.watch.alert import Alert
from bot.watch.calendar import Maintenance, Silence, Window, picks
from bot.watch.card import Card, Member
from bot.watch.condition import Native
from bot.watch.rule import Rule, Severity


class Kind(StrEnum):
    """What a notice is: the card itself, new or edited, or a reply to it.

    `MORE` makes a sound for what an edit has added: an edit itself makes none.
    """

    CARD = "card"
    MORE = "more"
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


def _everybody(_chat: int, _host: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears: `chats` where a rule names none; of a host, only who `hears` may know of it.

    `held` are the times of maintenance. In the `quiet` hours of a chat only what is critical rings
    there. `second`: there is another channel, for what is critical and not taken in time.
    """

    chats: tuple[int, ...]
    held: tuple[Maintenance, ...] = ()
    quiet: Mapping[int, Window] = field(default_factory=dict)
    hears: Callable[[int, str], bool] = _everybody
    second: bool = False

    def of(self, rule: Rule, host: str) -> tuple[int, ...]:
        """The chats that are told at once."""
        named = tuple(chat for chat in rule.chats if self.hears(chat, host))
        return named or tuple(chat for chat in self.chats if self.hears(chat, host))

    def wakes(self, chat: int, severity: Severity, now: float) -> bool:
        """Whether something so bad rings in a chat at that time."""
        if severity is Severity.WARNING:
            return chat not in self.quiet or not self.quiet[chat].covers(now)
        return severity is Severity.CRITICAL


class Holding:
    """Says what is not told at one moment; the hosts whose Engine is silent are looked up once."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        audience: Audience,
        alerts: Mapping[str, Alert],
        silences: Iterable[Silence],
        now: float,
    ) -> None:
        self._alerts = alerts
        held = [m for m in audience.held if m.window.covers(now)]
        self._picking: list[Maintenance | Silence] = [
            *held,
            *(s for s in silences if s.until > now),
        ]
        about = {name for name, rule in rules.items() if rule.when is Native.UNREACHABLE}
        self._silent = {
            alert.subject.host for alert in alerts.values() if alert.firing and alert.rule in about
        }

    def held(self, card: Card, member: Member) -> bool:
        """Whether it is silenced, in maintenance, inhibited, or somebody has it already."""
        alert = self._alerts[member.key]
        if (card.step and alert.taken) or self.quiet(alert):
            return True
        return bool(alert.subject.name) and alert.subject.host in self._silent

    def quiet(self, alert: Alert) -> bool:
        """Whether it is silenced, or in maintenance."""
        return any(picks(one, alert.rule, alert.subject) for one in self._picking)
