"""A board between made-up containers and a made-up chat, which may fail, hang or forget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.hosts.types import Event
from bot.message import Untrusted
from bot.watch import stored
from bot.watch.alert import Alert, Owner, Reading
from bot.watch.board import Board
from bot.watch.calendar import Silence
from bot.watch.card import Card
from bot.watch.condition import OF_HOST, Native, Threshold
from bot.watch.memory import Memory
from bot.watch.notice import Audience, Kind, Notice
from bot.watch.reading import of_host, readings
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.outbox import State

HOST, CHAT = "nas", 42


@dataclass
class Row:
    """A message in the outbox."""

    id: int
    notice: Notice
    state: State = State.PENDING


@dataclass
class Told:
    """What somebody has seen: when, what, and of which firings."""

    at: float
    kind: Kind
    new: bool
    notice: Notice


def event(at: float, number: int, name: str, action: str, **attributes: str) -> Event:
    return Event(
        (int(at), number),
        "container",
        Untrusted(action),
        Untrusted("local"),
        Untrusted(f"id-{name}"),
        Untrusted(name),
        attributes,
    )


@dataclass
class World:
    """`online` chats take messages; `offline` ones keep them waiting; `shut` ones refuse them.

    With a `slow` line what was sent is on its way until the next look, one message a chat.
    """

    rules: tuple[Rule, ...]
    audience: Audience = field(default_factory=lambda: Audience((CHAT,)))
    grace: float = 0.0
    now: float = 1_780_974_000.0
    reachable: bool = True
    online: bool = True
    slow: bool = False
    shut: frozenset[int] = frozenset()
    figures: dict[tuple[str, str], float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.now
        self.events = 0
        self.messages: set[str] = set()
        self.flying: dict[int, Row] = {}
        self.doubled: set[str] = set()
        labels = {r.on.label.partition("=")[0] for r in self.rules if r.on.label}
        self.memory = Memory(HOST, labels)
        self.board = self._board()

    def _board(self) -> Board:
        rules = {rule.name: rule for rule in self.rules}
        return Board(rules, lambda: self.audience, self.grace)

    def adopt(self, rules: tuple[Rule, ...]) -> None:
        """Somebody adds rules, or takes them away."""
        self.rules = rules
        self.board.adopt({rule.name: rule for rule in rules}, self.now)

    def restart(self) -> None:
        """The bot dies and starts again, with what it has stored."""
        old, kept = self.board, tuple(self.memory)
        alerts = [stored.load(Alert, stored.dump(one)) for one in old.alerts.values()]
        cards = [stored.load(Card, stored.dump(one)) for one in old.cards.values()]
        self.board = self._board()
        self.board.load(alerts, cards, self.now)
        self.board.silences = dict(old.silences)
        self.memory = Memory(HOST, self.memory._labels)
        self.memory.load(stored.load(Watched, stored.dump(one)) for one in kept)

    def happens(self, name: str, action: str, **attributes: str) -> None:
        self.events += 1
        self.memory.hear(event(self.now, self.events, name, action, **attributes), self.now)

    def look(self) -> None:
        """Look at everything, and tell what is to be told."""
        for rule in self.rules:
            self.board.look(rule, HOST, self._readings(rule), self.now)
        self._settle()
        for notice in self.board.due(self.now):
            self._store(notice)
        if self.online:
            self.deliver()
        self._settle()

    def deliver(self) -> None:
        """The chats take what waits, each one after the other."""
        for row in self.flying.values():
            self._arrive(row)
        self.flying.clear()
        for row in self.rows:
            if row.state is not State.PENDING or row.notice.card.chat in self.flying:
                continue
            if self.slow:
                self.flying[row.notice.card.chat] = row
            else:
                self._arrive(row)

    def lose(self) -> None:
        """What is on its way arrives, but nobody hears of that: the line breaks."""
        for row in self.flying.values():
            if row.notice.card.chat not in self.shut:
                self._seen(row)
                self.messages.discard(row.notice.card.slot)
                self.doubled.add(row.notice.card.slot)
        self.flying.clear()

    def _arrive(self, row: Row) -> None:
        if row.notice.card.chat in self.shut:
            row.state = State.FAILED
            return
        self._seen(row)
        row.state = State.SENT

    def _seen(self, row: Row) -> None:
        notice = row.notice
        new = notice.card.slot not in self.messages or notice.kind is not Kind.CARD
        if notice.kind is Kind.CARD:
            self.messages.add(notice.card.slot)
        self.told.append(Told(self.now, notice.kind, new, notice))

    def advance(self, seconds: float, step: float = 15.0) -> None:
        """Let time pass, looking every few seconds."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + step, end)
            self.look()

    def take(self, name: str, until: float) -> None:
        for card in self._cards(name):
            self.board.take(card, Owner(7, "ops-1", self.now, self.now + until))

    def snooze(self, name: str, seconds: float) -> None:
        for card in self._cards(name):
            self.board.snooze(card, self.now + seconds)

    def silence(self, silence: Silence) -> None:
        self.board.silences[silence.id] = silence

    def _cards(self, name: str) -> list[str]:
        return [
            card.id
            for card in self.board.cards.values()
            if any(self.board.alerts[m.key].subject.name == name for m in card.members)
        ]

    def _readings(self, rule: Rule) -> Mapping[Subject, Reading]:
        if rule.when is Native.UNREACHABLE:
            return {Subject(HOST): Reading(not self.reachable)}
        if isinstance(rule.when, Threshold) and rule.when.when.metric in OF_HOST:
            value = self.figures.get((HOST, rule.when.when.metric))
            firing = self.board.firing(rule.name, Subject(HOST))
            return of_host(rule, rule.when, HOST, value, firing=firing)
        return readings(
            rule,
            self.memory,
            self.now,
            firing=lambda subject: self.board.firing(rule.name, subject),
            figures=lambda one, metric: self.figures.get((one.name, metric)),
            reachable=self.reachable,
        )

    def _store(self, notice: Notice) -> None:
        number = len(self.rows) + 1
        if notice.kind is Kind.CARD:
            for row in self.rows:
                same = row.notice.card.slot == notice.card.slot and row.notice.kind is Kind.CARD
                if same and row.state is State.PENDING:
                    row.state = State.SUPERSEDED
        card = self.board.stored(self.board.cards[notice.card.id], notice, number, self.now)
        seen = {m.firing for m in notice.members}
        members = tuple(m for m in card.members if m.firing in seen)
        self.rows.append(Row(number, replace(notice, members=members or notice.members)))
        self.board.put(card)

    def _settle(self) -> None:
        self.board.deck.settle({row.id: row.state for row in self.rows}, self.now)
