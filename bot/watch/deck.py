"""The cards: which alert is on which, what became of their messages, and who is asked next."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.watch.card import Card, Member
from storage.outbox import State


@dataclass(frozen=True, slots=True)
class Place:
    """What a card is for: alerts that differ in it are never on the same one."""

    chat: int
    host: str
    topic: str
    step: int = 0


class Deck:
    """The cards by their ids. `changed` hears of each whose state is to be stored."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self.cards: dict[str, Card] = {}
        self._changed = changed
        self._on: defaultdict[str, set[str]] = defaultdict(set)

    def load(self, cards: Iterable[Card], known: Collection[str]) -> None:
        """Take up what the last run knew; an alert that is not `known` can't be told any more."""
        self.cards, self._on = {}, defaultdict(set)
        for card in cards:
            whole = replace(card, members=tuple(m for m in card.members if m.key in known))
            self.cards[card.id] = whole
            for member in whole.members:
                if not member.over:
                    self._on[member.key].add(card.id)
            if whole != card:
                self.put(whole)

    def of(self, key: str) -> list[Card]:
        """The cards on which an alert fires."""
        return [self.cards[id_] for id_ in self._on.get(key, ())]

    @property
    def waiting(self) -> dict[int, int]:
        """The oldest message of each chat of which it is not known what became."""
        found: dict[int, int] = {}
        for card in self.cards.values():
            if card.open and card.edits:
                found[card.chat] = min(*card.open, found.get(card.chat, card.open[0]))
        return found

    def put(self, card: Card) -> None:
        """Have this card from now on; one that is done is dropped."""
        if card.done:
            self.cards.pop(card.id, None)
        else:
            self.cards[card.id] = card
        self._changed(card.id)

    def join(self, place: Place, members: Sequence[Member], due: float) -> None:
        """Put alerts on the card that they belong on, or a new one that is `due` then."""
        card = self._open(place)
        if card is None:
            id_ = _named(place, members[0])
            card = Card(id_, place.chat, place.host, place.topic, due, step=place.step)
        self.put(card.joined(members))
        for member in members:
            self._on[member.key].add(card.id)

    def end(self, keys: Collection[str], now: float) -> None:
        """These alerts fire no more."""
        for id_ in {id_ for key in keys for id_ in self._on.pop(key, ())}:
            self.put(self.cards[id_].ended(keys, now))

    def touch(self, key: str, *, alone: bool = False) -> None:
        """Have the cards that show an alert, or show it `alone`, show what has changed of it."""
        for card in self.of(key):
            told = card.told
            shows = any(m.key == key and not m.over for m in told)
            if shows and card.edits and card.first is not None and not (alone and len(told) > 1):
                self.put(replace(card, dirty=True, due=card.first))

    def again(self, key: str, now: float) -> None:
        """Have an alert told once more."""
        for card in self.of(key):
            self.put(replace(card, again=now))

    def settle(self, states: Mapping[int, State], now: float) -> None:
        """Take in what became of messages; what is not known any more was over long ago.

        What was replaced while it was on its way may have arrived all the same, and counts as sent
        then: only when a later one has ended is that certain.
        """
        for card in tuple(self.cards.values()):
            found = {row: states.get(row, State.FAILED) for row in card.open}
            ends = [row for row, state in found.items() if state in {State.SENT, State.FAILED}]
            if not ends:
                continue
            settled = card
            for row, state in sorted(found.items()):
                if state is State.SENT:
                    settled = settled.accepted(row)
                elif state is State.FAILED:
                    settled = settled.dropped(row, shut=True)
                elif state is State.SUPERSEDED and row < max(ends):
                    settled = settled.dropped(row)
            self.put(settled)
            if settled.shut:
                self._pass_on(settled, now)

    def close(self, card: Card, now: float) -> None:
        """Its chat may hear no more of it."""
        for member in card.members:
            self._on[member.key].discard(card.id)
        del self.cards[card.id]
        self._changed(card.id)
        self._pass_on(card, now)

    def move(self, chat: int, to: int) -> None:
        """A chat has a new id: its cards go with it."""
        for card in tuple(self.cards.values()):
            if card.chat == chat:
                self.put(card.moved(to))

    def set_back(self, seconds: float) -> None:
        """The clock was put back."""
        for card in tuple(self.cards.values()):
            self.put(card.earlier(seconds))

    def _open(self, place: Place) -> Card | None:
        """The card that one more alert belongs on: one on which something fires still."""
        for card in self.cards.values():
            if Place(card.chat, card.host, card.topic, card.step) == place and not card.over:
                return card
        return None

    def _pass_on(self, card: Card, now: float) -> None:
        """If nobody of its step can be reached, who is next hears of it at once."""
        later: defaultdict[str, set[str]] = defaultdict(set)
        for key in {m.key for m in card.members if not m.over and m.due <= now}:
            cards = self.of(key)
            if any(c.step == card.step and not c.shut for c in cards):
                continue
            following = min((c.step for c in cards if c.step > card.step), default=None)
            for other in cards:
                if other.step == following:
                    later[other.id].add(key)
        for id_, keys in later.items():
            self.put(self.cards[id_].hurried(keys, now))


def _named(place: Place, first: Member) -> str:
    """The id of a new card: the same, should the same be told again."""
    says = f"{place.chat}/{first.key}/{first.since!r}/{place.step}"
    return hashlib.sha256(says.encode()).hexdigest()[:10]
