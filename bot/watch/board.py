"""All alerts: readings, taps and the passing of time go in, notices come out.

No I/O, and time is an argument. What has changed is kept in `changed` until the caller has stored
it together with its notices, so that a kill at any moment loses neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.watch.alert import (
    Alert,
    Evidence,
    Owner,
    Reading,
    Restarted,
    State,
    advance,
    dropped,
    meaning,
)
from bot.watch.calendar import Silence
from bot.watch.card import Card, Member
from bot.watch.deck import Deck
from bot.watch.hearing import GRACE, Hearing
from bot.watch.notice import Audience, Holding, Kind, Notice
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Subject
from bot.watch.telling import Telling, repeating

_SET_BACK = 30.0  # seconds by which a clock must go back to count as set

Covers = Callable[[str, str], bool]


@dataclass(slots=True)
class Board:
    """The alerts by their keys, the silences by their ids, the rules by their names, the cards.

    `changed` is what is not stored yet, by kind and key, `fresh` the alerts that have just fired.
    """

    rules: Mapping[str, Rule]
    audience: Callable[[], Audience]
    grace: float = GRACE
    alerts: dict[str, Alert] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    changed: set[tuple[type, str]] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)
    deck: Deck = field(init=False)
    _hearing: Hearing = field(init=False)
    _seen: float = 0.0

    def __post_init__(self) -> None:
        self._hearing = Hearing(self.grace)
        self.deck = Deck(lambda id_: self.changed.add((Card, id_)))

    @property
    def cards(self) -> Mapping[str, Card]:
        """The cards by their ids."""
        return self.deck.cards

    def load(
        self,
        alerts: Iterable[Alert],
        cards: Iterable[Card],
        now: float,
        hosts: Collection[str] | None = None,
    ) -> None:
        """Take up what the last run knew; of what no rule, or none of the hosts, is, it is over."""
        self.alerts = {alert.key: alert for alert in alerts}
        self.deck.load(cards, self.alerts)
        self._seen = now
        self.adopt(self.rules, now, lambda _, host: hosts is None or host in hosts)

    def adopt(
        self, rules: Mapping[str, Rule], now: float, covers: Covers = lambda *_: True
    ) -> None:
        """Go by these rules; what none of them is about any more is over.

        `covers` says whether one of them, by its name, counts on a host.
        """
        self.rules = rules
        lost = [
            alert
            for alert in self.alerts.values()
            if alert.state is not State.INACTIVE
            and not (alert.rule in rules and covers(alert.rule, alert.subject.host))
        ]
        for alert in lost:
            self._keep(alert, dropped(alert, now))
        self.deck.end({alert.key for alert in lost if alert.firing}, now)

    def started(self, host: str, now: float) -> None:
        """The bot, or the Engine of that host, has just started."""
        self._hearing.started[host] = now

    def look(self, rule: Rule, host: str, readings: Mapping[Subject, Reading], now: float) -> None:
        """Take in what holds now. Of what fires and is not among it, nothing is left."""
        gone = {
            a.subject: Reading(holds=False)
            for a in self.alerts.values()
            if a.state is not State.INACTIVE
            and (a.rule, a.subject.host) == (rule.name, host)
            and a.subject not in readings
        }
        ended: set[str] = set()
        fired: list[Alert] = []
        for subject, reading in {**readings, **gone}.items():
            before = self.alerts.get(f"{rule.name}/{subject.fingerprint}")
            if before is None and not meaning(rule, reading):
                continue
            before = before or Alert(rule.name, subject, rule.severity)
            if before.firing and before.severity < rule.severity:
                before = self._raised(before, rule.severity, now)
            after = advance(before, rule, reading, now)
            self._keep(before, after)
            if before.firing and not after.firing:
                ended.add(after.key)
            if after.firing and not before.firing:
                fired.append(after)
        if fired:
            self._fired(rule, host, fired, now)
        self.deck.end(ended, now)

    def take(self, card: str, owner: Owner) -> tuple[Alert, ...]:
        """Somebody has what a card tells."""
        return self._each(card, lambda alert: replace(alert, owner=owner))

    def snooze(self, card: str, until: float) -> tuple[Alert, ...]:
        """Put off what a card tells; `FOREVER` is until it is resolved."""
        return self._each(card, lambda alert: replace(alert, snoozed=until))

    def attach(self, key: str, evidence: Evidence) -> None:
        """Add what a person wants to see of an alert; only a card of it alone shows that."""
        alert = self.alerts.get(key)
        if alert is not None and alert.firing and alert.evidence != evidence:
            self._put(replace(alert, evidence=evidence))
            self.deck.touch(key, alone=True)

    def restarted(self, key: str, since: float, told: Restarted, now: float) -> bool:
        """It was restarted unasked; where that did not help it is critical, and told again.

        False if it does not fire any more, or that is known.
        """
        alert = self.alerts.get(key)
        if alert is None or not alert.firing or alert.since != since:
            return False
        if alert.evidence.restarted == told:
            return False
        self.attach(key, replace(alert.evidence, restarted=told))
        if told.given_up and alert.severity < Severity.CRITICAL:
            self._raised(self.alerts[key], Severity.CRITICAL, now)
        return True

    def unattended(self, alert: Alert, now: float) -> bool:
        """Whether it fires, and nobody has it, has put it off or has silenced it."""
        if not alert.firing or alert.stale or alert.taken:
            return False
        return not self._holding(now).quiet(alert)

    def due(self, now: float) -> list[Notice]:
        """What is to be told now, the worst first."""
        self._go_on(now)
        self._expire(now)
        audience = self.audience()
        for card in tuple(self.cards.values()):
            if now >= card.due and not audience.hears(card.chat, card.host):
                self.deck.close(card, now)
        telling = Telling(self.alerts, audience, self._holding(now), now)
        found = [n for card in self.cards.values() for n in telling.notices(card)]
        return sorted(found, key=lambda notice: -notice.severity)

    def stored(self, card: Card, notice: Notice, row: int, now: float) -> Card:
        """The card once a notice of it is stored, as that row of the outbox."""
        match notice.kind:
            case Kind.RESOLVED:
                return card.replied(notice.members)
            case Kind.AGAIN:
                return repeating(card, self.rules, self.alerts, now)
            case Kind.MORE:
                return card
        card = card.stored(row, notice.members, now)
        return card if card.again is not None else repeating(card, self.rules, self.alerts, now)

    def _holding(self, now: float) -> Holding:
        silences = self.silences.values()
        return Holding(self.rules, self.audience(), self.alerts, silences, now)

    def put(self, card: Card) -> None:
        """Have this card from now on."""
        self.deck.put(card)

    def firing(self, rule: str, subject: Subject) -> bool:
        """Whether that alert fires."""
        alert = self.alerts.get(f"{rule}/{subject.fingerprint}")
        return alert is not None and alert.firing

    def _keep(self, before: Alert, after: Alert) -> None:
        if after.firing != before.firing:
            self._put(after)
            if after.firing:
                self.fresh.append(after.key)
        else:
            if after.firing and after.stale != before.stale:
                self.deck.touch(after.key)
            if _matters(before, after):
                self.changed.add((Alert, after.key))
            self.alerts[after.key] = after
        if after.state is State.INACTIVE and not after.fires:
            self.alerts.pop(after.key, None)

    def _raised(self, alert: Alert, severity: Severity, now: float) -> Alert:
        """It is worse than when somebody took it: it is told again."""
        alert = replace(alert, severity=severity, owner=None, snoozed=None)
        self._put(alert)
        self.deck.again(alert.key, now)
        return alert

    def _put(self, alert: Alert) -> None:
        self.alerts[alert.key] = alert
        self.changed.add((Alert, alert.key))

    def _fired(self, rule: Rule, host: str, alerts: Sequence[Alert], now: float) -> None:
        """Put these on the cards of all who hear of them, now or later."""
        itself = not all(alert.subject.name for alert in alerts)
        for place, due in self._hearing.places(rule, host, now, self.audience(), itself=itself):
            members = tuple(Member(alert.key, alert.since, due) for alert in alerts)
            self.deck.join(place, members, due)

    def _each(self, card: str, change: Callable[[Alert], Alert]) -> tuple[Alert, ...]:
        """Change every alert that fires on a card and is shown there; which those are."""
        found = self.cards.get(card)
        keys = [m.key for m in found.told if not m.over] if found else []
        changed = tuple(change(self.alerts[key]) for key in keys)
        for alert in changed:
            self._put(alert)
            self.deck.touch(alert.key)
        return changed

    def _go_on(self, now: float) -> None:
        """Where the clock was put back, what is to come must not be that much later."""
        back, self._seen = self._seen - now, now
        if back < _SET_BACK:
            return
        self.deck.set_back(back)
        for alert in tuple(self.alerts.values()):
            if alert.taken:
                self._put(alert.earlier(back))
                self.deck.touch(alert.key)

    def _expire(self, now: float) -> None:
        """Whoever had it has had it long enough, what was put off is over: it is told again."""
        shown = {m.key for card in self.cards.values() for m in card.members}
        for alert in tuple(self.alerts.values()):
            if alert.forgettable(now) and alert.key not in shown:
                del self.alerts[alert.key]
                self.changed.add((Alert, alert.key))
            elif (freed := alert.freed(now)) is not alert:
                self._put(freed)
                self.deck.touch(alert.key)
                self.deck.again(alert.key, now)
        for silence in tuple(self.silences.values()):
            if silence.until <= now:
                del self.silences[silence.id]
                self.changed.add((Silence, silence.id))


def _matters(before: Alert, after: Alert) -> bool:
    """Whether a restart would miss it: the time of the last look does where time is counted."""
    if after.state is State.PENDING or after.calm is not None:
        return True
    return replace(after, at=before.at, value=before.value) != before
