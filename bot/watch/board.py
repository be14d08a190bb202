"""All alerts and their cards: readings, taps and the passing of time go in, notices come out.

No I/O, and time is an argument. What has changed is kept in `changed` until the caller has stored
it together with its notices, so that a kill at any moment loses neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.watch.alert import Alert, Evidence, Owner, Reading, State, advance, dropped, meaning
from bot.watch.calendar import Silence
from bot.watch.card import LATER, Card, Member
from bot.watch.notice import Audience, Holding, Kind, Notice
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Subject

GRACE = 180.0  # seconds after a start in which everything is gathered into one card
START = "start"  # the topic of that card
Covers = Callable[[str, str], bool]
FOREVER = 1e11  # a snooze until it is resolved


@dataclass(slots=True)
class Board:
    """The alerts by their keys, the cards and silences by their ids, the rules by their names.

    `changed` is what is not stored yet, by kind and key, `fresh` the alerts that have just fired.
    """

    rules: Mapping[str, Rule]
    audience: Callable[[], Audience]
    grace: float = GRACE
    alerts: dict[str, Alert] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    changed: set[tuple[type, str]] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)
    _started: dict[str, float] = field(default_factory=dict)

    def load(self, alerts: Iterable[Alert], cards: Iterable[Card], now: float) -> None:
        """Take up what the last run knew; what no rule is about any more is over."""
        self.alerts = {alert.key: alert for alert in alerts}
        self.cards = {card.id: card for card in cards}
        self.adopt(self.rules, now)

    def adopt(
        self, rules: Mapping[str, Rule], now: float, covers: Covers = lambda *_: True
    ) -> None:
        """Go by these rules; what none of them is about any more is over.

        `covers` says whether one of them, by its name, counts on a host.
        """
        self.rules = rules
        for alert in tuple(self.alerts.values()):
            known = alert.rule in rules and covers(alert.rule, alert.subject.host)
            if not known and alert.state is not State.INACTIVE:
                self._keep(alert, dropped(alert, now))

    def started(self, host: str, now: float) -> None:
        """The bot, or the Engine of that host, has just started."""
        self._started[host] = now

    def look(self, rule: Rule, host: str, readings: Mapping[Subject, Reading], now: float) -> None:
        """Take in what holds now. Of what fires and is not among it, nothing is left."""
        known = [a for a in self.alerts.values() if a.rule == rule.name and a.subject.host == host]
        gone = {a.subject: Reading(holds=False) for a in known if a.subject not in readings}
        for subject, reading in {**readings, **gone}.items():
            before = self.alerts.get(f"{rule.name}/{subject.fingerprint}")
            if before is None and not meaning(rule, reading):
                continue
            before = before or Alert(rule.name, subject, rule.severity)
            if before.firing and before.severity < rule.severity:
                before = self._raised(before, rule.severity, now)
            self._keep(before, advance(before, rule, reading, now))

    def take(self, card: str, owner: Owner) -> tuple[Alert, ...]:
        """Somebody has what a card tells."""
        return self._each(card, lambda alert: replace(alert, owner=owner))

    def snooze(self, card: str, until: float) -> tuple[Alert, ...]:
        """Put off what a card tells; `FOREVER` is until it is resolved."""
        return self._each(card, lambda alert: replace(alert, snoozed=until))

    def attach(self, key: str, evidence: Evidence) -> None:
        """Add what a person wants to see of an alert that fires."""
        alert = self.alerts.get(key)
        if alert is not None and alert.firing and alert.evidence != evidence:
            self._put(replace(alert, evidence=evidence))
            self._touch(key)

    def due(self, now: float) -> list[Notice]:
        """What is to be told now, the worst first."""
        self._expire(now)
        found = [n for card in tuple(self.cards.values()) for n in self._notices(card, now)]
        return sorted(found, key=lambda notice: -notice.severity)

    def stored(self, card: Card, notice: Notice, row: int, now: float) -> Card:
        """The card once a notice of it is stored, as that row of the outbox."""
        if notice.kind is Kind.RESOLVED:
            return card.replied(notice.members)
        if notice.kind is Kind.AGAIN:
            return self._repeating(card, now)
        card = card.stored(row, notice.members, now)
        return card if card.again is not None else self._repeating(card, now)

    def put(self, card: Card) -> None:
        """Have this card from now on; one that is done is dropped."""
        if card.done:
            self.cards.pop(card.id, None)
        else:
            self.cards[card.id] = card
        self.changed.add((Card, card.id))

    def failed(self, card: Card, row: int, now: float) -> None:
        """A chat can't be reached: who is next hears of it at once."""
        self.put(card.dropped(row))
        keys = {m.key for m in card.members}
        for other in tuple(self.cards.values()):
            if other.asks and other.first is None and keys & {m.key for m in other.members}:
                self.put(replace(other, due=min(other.due, now)))

    def firing(self, rule: str, subject: Subject) -> bool:
        """Whether that alert fires."""
        alert = self.alerts.get(f"{rule}/{subject.fingerprint}")
        return alert is not None and alert.firing

    def _keep(self, before: Alert, after: Alert) -> None:
        if after.firing and not before.firing:
            self._put(after)
            self.fresh.append(after.key)
            self._fired(after)
        elif before.firing and not after.firing:
            self._put(after)
            for card in self._with(after.key):
                self.put(card.ended(after.key, after.at))
        else:
            if after.firing and after.stale != before.stale:
                self._touch(after.key)
            if _matters(before, after):
                self.changed.add((Alert, after.key))
            self.alerts[after.key] = after
        if after.state is State.INACTIVE and not after.fires:
            self.alerts.pop(after.key, None)

    def _raised(self, alert: Alert, severity: Severity, now: float) -> Alert:
        """It is worse than when somebody took it: it is told again."""
        alert = replace(alert, severity=severity, owner=None, snoozed=None)
        self._put(alert)
        self._again(alert.key, now)
        return alert

    def _again(self, key: str, now: float) -> None:
        """Have it told once more."""
        for card in self._with(key):
            self.put(replace(card, again=now))

    def _put(self, alert: Alert) -> None:
        self.alerts[alert.key] = alert
        self.changed.add((Alert, alert.key))

    def _fired(self, alert: Alert) -> None:
        rule, now = self.rules[alert.rule], alert.since
        start = self._started.get(alert.subject.host)
        early = bool(alert.subject.name) and start is not None and 0 <= now - start < self.grace
        topic, due = (START, (start or 0.0) + self.grace) if early else (rule.name, now)
        for chat in rule.chats or self.audience().chats:
            self._join(chat, alert, topic, due)
        for step in rule.chain:
            self._join(step.chat, alert, topic, now + step.after, asks=True)

    def _join(self, chat: int, alert: Alert, topic: str, due: float, *, asks: bool = False) -> None:
        host = alert.subject.host
        card = self._open(chat, host, topic, asks=asks)
        if card is None:
            says = f"{chat}/{alert.key}/{alert.since!r}/{asks}"
            name = hashlib.sha256(says.encode()).hexdigest()[:10]
            card = Card(name, chat, host, topic, due, asks=asks)
        self.put(card.joined(alert.key, alert.since))

    def _open(self, chat: int, host: str, topic: str, *, asks: bool) -> Card | None:
        """The card that one more alert belongs on: one on which something fires still."""
        for card in self.cards.values():
            place = (card.chat, card.host, card.topic, card.asks)
            if place == (chat, host, topic, asks) and not card.over:
                return card
        return None

    def _with(self, key: str) -> list[Card]:
        """The cards on which an alert fires."""
        cards = self.cards.values()
        return [c for c in cards if any(m.key == key and not m.over for m in c.members)]

    def _touch(self, key: str) -> None:
        """Have its cards show what has changed."""
        for card in self._with(key):
            if card.first is not None:
                self.put(replace(card, dirty=True, due=card.first))

    def _each(self, card: str, change: Callable[[Alert], Alert]) -> tuple[Alert, ...]:
        """Change every alert that fires on a card; which those are."""
        found = self.cards.get(card)
        keys = [m.key for m in found.members if not m.over] if found else []
        changed = tuple(change(self.alerts[key]) for key in keys)
        for alert in changed:
            self._put(alert)
            self._touch(alert.key)
        return changed

    def _expire(self, now: float) -> None:
        """Whoever had it has had it long enough, what was put off is over: it is told again."""
        shown = {m.key for card in self.cards.values() for m in card.members}
        for alert in tuple(self.alerts.values()):
            if alert.forgettable(now) and alert.key not in shown:
                del self.alerts[alert.key]
                self.changed.add((Alert, alert.key))
            owned = alert.owner if alert.owner and alert.owner.until > now else None
            snoozed = alert.snoozed if alert.snoozed and alert.snoozed > now else None
            if (owned, snoozed) == (alert.owner, alert.snoozed):
                continue
            self._put(replace(alert, owner=owned, snoozed=snoozed))
            self._touch(alert.key)
            self._again(alert.key, now)
        for silence in tuple(self.silences.values()):
            if silence.until <= now:
                del self.silences[silence.id]
                self.changed.add((Silence, silence.id))

    def _notices(self, card: Card, now: float) -> Iterable[Notice]:
        holding = Holding(self.rules, self.audience, self.alerts, self.silences)
        new = [m for m in card.new if not holding.held(card, m, now)]
        if card.first is None:
            if new and now >= card.due:
                yield self._notice(Kind.CARD, card, tuple(new), now)
            return
        late = card.due - now > LATER  # the clock was put back
        ready = now >= card.due or card.over or late
        if (new or card.dirty) and ready:
            yield self._notice(Kind.CARD, card, (*card.told, *new), now)
        if card.resolved and ready:
            yield self._notice(Kind.RESOLVED, card, card.resolved, now)
        if card.again is not None and now >= card.again:
            again = [m for m in card.told if m.delivered and not m.over]
            loud = [
                m for m in again if not (self.alerts[m.key].taken or holding.held(card, m, now))
            ]
            if loud:
                yield self._notice(Kind.AGAIN, card, tuple(loud), now)

    def _notice(self, kind: Kind, card: Card, members: tuple[Member, ...], now: float) -> Notice:
        worst = max(self.alerts[m.key].severity for m in members)
        own = kind is Kind.AGAIN or (kind is Kind.CARD and not (card.shown or card.over))
        wakes = own and self.audience().wakes(card.chat, worst, now)
        return Notice(kind, card, members, worst, wakes)

    def _repeating(self, card: Card, now: float) -> Card:
        every = [self.rules[self.alerts[m.key].rule].repeat for m in card.told if not m.over]
        shortest = min((seconds for seconds in every if seconds), default=0.0)
        return replace(card, again=now + shortest if shortest else None)


def _matters(before: Alert, after: Alert) -> bool:
    """Whether a restart would miss it: the time of the last look does where time is counted."""
    if after.state is State.PENDING or after.calm is not None:
        return True
    return replace(before, at=0.0, value=None) != replace(after, at=0.0, value=None)
