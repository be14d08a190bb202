"""What a card is to tell at one moment: itself, a reply that adds to it, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.watch.alert import Alert
from bot.watch.card import TOGETHER, Card, Member
from bot.watch.notice import Audience, Holding, Kind, Notice
from bot.watch.rule import Rule, Severity


@dataclass(frozen=True, slots=True)
class Telling:
    """Looks at cards with what holds now (seconds since the epoch)."""

    alerts: Mapping[str, Alert]
    audience: Audience
    holding: Holding
    now: float

    def notices(self, card: Card) -> Iterator[Notice]:
        """What its chat is to be told now."""
        now = self.now
        new = tuple(m for m in card.new(now) if not self.holding.held(card, m))
        if card.first is None:
            if new and now >= card.due:
                yield self._notice(Kind.CARD, card, new)
            return
        ready = now >= card.due or card.over
        if not card.edits:
            if new and ready:
                yield self._notice(Kind.CARD, card, new)
        elif (new or card.dirty) and ready:
            yield self._notice(Kind.CARD, card, (*card.told, *new))
            if loud := self._loud(card, new):
                yield self._notice(Kind.MORE, card, loud)
        if card.resolved and ready:
            yield self._notice(Kind.RESOLVED, card, card.resolved)
        if card.again is not None and now >= card.again:
            yield from self._again(card)

    def _loud(self, card: Card, new: tuple[Member, ...]) -> tuple[Member, ...]:
        """What must be heard although its card is there already."""
        if not card.shown or card.first is None or self.now - card.first < TOGETHER:
            return ()
        return tuple(
            m for m in new if card.step or self.alerts[m.key].severity is Severity.CRITICAL
        )

    def _again(self, card: Card) -> Iterator[Notice]:
        firing = [m for m in card.told if m.delivered and not m.over]
        loud = tuple(
            m for m in firing if not (self.alerts[m.key].taken or self.holding.held(card, m))
        )
        if loud:
            yield self._notice(Kind.AGAIN, card, loud)

    def _notice(self, kind: Kind, card: Card, members: tuple[Member, ...]) -> Notice:
        firing = [m for m in members if not m.over]
        worst = max(self.alerts[m.key].severity for m in firing or members)
        edit = kind is Kind.CARD and (card.shown or card.over)
        own = kind is not Kind.RESOLVED and not edit
        wakes = own and self.audience.wakes(card.chat, worst, self.now)
        return Notice(kind, card, members, worst, wakes)


def repeating(
    card: Card, rules: Mapping[str, Rule], alerts: Mapping[str, Alert], now: float
) -> Card:
    """The card with the time at which it is told again, if what fires on it is."""
    every = [rules[alerts[m.key].rule].repeat for m in card.told if not m.over]
    shortest = min((seconds for seconds in every if seconds), default=0.0)
    return replace(card, again=now + shortest if shortest else None)
