"""All alerts: readings, taps and the passing of time go in, notices come out.

No I/O, and time is an argument. What has changed is kept in `changed` until the caller has stored
it together with its notices, so that a kill at any moment loses neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.watch.alert import Alert, Evidence, Owner, Reading, Restarted
from bot.watch.calendar import Silence
from bot.watch.card import Card, Member
from bot.watch.deck import Deck
from bot.watch.hearing import GRACE, Hearing
from bot.watch.notice import Audience, Holding, Kind, Notice
from bot.watch.roster import Covers, Roster
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Subject
from bot.watch.telling import Telling, repeating

_SET_BACK = 30.0  # seconds by which a clock must go back to count as set


@dataclass(slots=True)
class Board:
    """The rules by their names, the silences by their ids, all alerts, and their cards.

    `changed` is what is not stored yet, by kind and key.
    """

    rules: Mapping[str, Rule]
    audience: Callable[[], Audience]
    grace: float = GRACE
    silences: dict[str, Silence] = field(default_factory=dict)
    changed: set[tuple[type, str]] = field(default_factory=set)
    deck: Deck = field(init=False)
    _roster: Roster = field(init=False)
    _hearing: Hearing = field(init=False)
    _seen: float = 0.0

    def __post_init__(self) -> None:
        self._hearing = Hearing(self.grace)
        self.deck = Deck(lambda id_: self.changed.add((Card, id_)))
        self._roster = Roster(lambda key: self.changed.add((Alert, key)))

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """The alerts by their keys."""
        return self._roster.alerts

    @property
    def fresh(self) -> list[str]:
        """The keys of the alerts that have just fired."""
        return self._roster.fresh

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
        self._roster.load(alerts)
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
        self.deck.end(self._roster.drop(rules, covers, now), now)

    def started(self, host: str, now: float) -> None:
        """The bot, or the Engine of that host, has just started."""
        self._hearing.started[host] = now

    def look(self, rule: Rule, host: str, readings: Mapping[Subject, Reading], now: float) -> None:
        """Take in what holds now. Of what fires and is not among it, nothing is left."""
        seen = self._roster.look(rule, host, readings, now)
        for key in seen.worse:
            self.deck.again(key, now)
        for key in seen.other:
            self.deck.touch(key)
        if seen.fired:
            self._fired(rule, host, seen.fired, now)
        self.deck.end(seen.ended, now)

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
            self._roster.put(replace(alert, evidence=evidence))
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
            self._roster.raised(self.alerts[key], Severity.CRITICAL)
            self.deck.again(key, now)
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
        alert = self._roster.of(rule, subject)
        return alert is not None and alert.firing

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
            self._roster.put(alert)
            self.deck.touch(alert.key)
        return changed

    def _go_on(self, now: float) -> None:
        """Where the clock was put back, what is to come must not be that much later."""
        back, self._seen = self._seen - now, now
        if back < _SET_BACK:
            return
        self.deck.set_back(back)
        for key in self._roster.set_back(back):
            self.deck.touch(key)

    def _expire(self, now: float) -> None:
        """Whoever had it has had it long enough, what was put off is over: it is told again."""
        shown = {m.key for card in self.cards.values() for m in card.members}
        for key in self._roster.expire(shown, now):
            self.deck.touch(key)
            self.deck.again(key, now)
        for silence in tuple(self.silences.values()):
            if silence.until <= now:
                del self.silences[silence.id]
                self.changed.add((Silence, silence.id))
