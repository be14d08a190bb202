"""One card: one message in one chat, which tells the alerts of a host and a rule.

What was stored in the outbox is not told yet: only what Telegram has accepted counts as delivered.
Whoever was told that an alert fires is told once that it has resolved, by a reply to the card;
where the message came to say both before it was accepted, it has said all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

SECOND = 0  # the chat that the second channel is: what was said there can't be edited
TOGETHER = 30.0  # seconds after the first alert in which others are added at once
LATER = 300.0  # seconds between the edits from then on
_SHOWN = 50  # alerts that are over and told, still shown beside those that are not


@dataclass(frozen=True, slots=True)
class Member:
    """An alert as a card knows it: one firing of it. `since` is when it fired, `ended` when not.

    It is not told before `due`. `row` is the first message of the outbox that told it, `last` the
    first that told its end. `told`: a reply has said so.
    """

    key: str
    since: float
    due: float = 0.0
    ended: float | None = None
    row: int | None = None
    last: int | None = None
    delivered: bool = False
    told: bool = False

    @property
    def over(self) -> bool:
        """Whether it fires no more."""
        return self.ended is not None

    @property
    def firing(self) -> tuple[str, float]:
        """Which firing of which alert it is."""
        return self.key, self.since

    def accepted(self, row: int) -> Member:
        """Telegram has that message; whether it told that this fires."""
        if self.row is None or row < self.row or (self.last is not None and row >= self.last):
            return self
        return replace(self, delivered=True)


@dataclass(frozen=True, slots=True)
class Card:
    """A card. Times are seconds since the epoch. `topic` is the rule, or what gathers several.

    `due` is when it may be sent or edited next, `first` when it was sent, `again` when it is told
    again. `open` are messages of the outbox of which it is not known yet what became. From `step` 1
    on it is for who is asked next, and tells nothing that somebody has. `dirty` wants an edit.
    `shown`: Telegram has it. `shut`: what was to be sent last can't be.
    """

    id: str
    chat: int
    host: str
    topic: str
    due: float
    members: tuple[Member, ...] = ()
    first: float | None = None
    again: float | None = None
    open: tuple[int, ...] = ()
    step: int = 0
    dirty: bool = False
    shown: bool = False
    shut: bool = False

    @property
    def slot(self) -> str:
        """The name of its message."""
        return f"alert:{self.id}"

    @property
    def edits(self) -> bool:
        """Whether its message can be edited."""
        return self.chat != SECOND

    @property
    def over(self) -> bool:
        """Whether nothing on it fires any more."""
        return all(member.over for member in self.members)

    @property
    def done(self) -> bool:
        """Whether nobody has to hear any more of it."""
        if self.open or self.dirty or not self.over:
            return False
        return all(m.told or not m.delivered for m in self.members)

    def new(self, now: float) -> tuple[Member, ...]:
        """What fires and is to be told for the first time."""
        return tuple(m for m in self.members if m.row is None and not m.over and m.due <= now)

    @property
    def told(self) -> tuple[Member, ...]:
        """What it shows."""
        return tuple(m for m in self.members if m.row is not None)

    @property
    def resolved(self) -> tuple[Member, ...]:
        """What is over, and whoever was told that it fires does not know yet."""
        return tuple(m for m in self.members if m.over and m.delivered and not m.told)

    def joined(self, members: Sequence[Member]) -> Card:
        """With more alerts."""
        due = min(self.due, *(m.due for m in members)) if self.first is None else self.due
        return replace(self, members=(*self.members, *members), due=due)

    def ended(self, keys: Collection[str], now: float) -> Card:
        """These alerts fire no more; one that was never told is forgotten."""
        members = tuple(
            replace(m, ended=now) if not m.over and m.key in keys else m for m in self.members
        )
        kept = tuple(m for m in members if m.row is not None or not m.over)
        dirty = self.edits and self.first is not None and bool(kept)
        return replace(self, members=_trimmed(kept, self.open), dirty=dirty)

    def hurried(self, keys: Collection[str], now: float) -> Card:
        """These are to be told at once."""
        members = tuple(
            replace(m, due=min(m.due, now)) if m.key in keys else m for m in self.members
        )
        return replace(self, members=members, due=min(self.due, now))

    def earlier(self, seconds: float) -> Card:
        """The clock was put back: what is to come is as far away as it was."""
        return replace(
            self,
            due=self.due - seconds,
            first=None if self.first is None else self.first - seconds,
            again=None if self.again is None else self.again - seconds,
            members=tuple(replace(m, due=m.due - seconds) for m in self.members),
        )

    def moved(self, to: int) -> Card:
        """Its chat has a new id, where nothing that was sent before can be edited or tapped.

        So what fires still is to be shown there once more, unless that is on its way already; what
        is over needs no more than the reply that says so.
        """
        firing = self.shown and not self.open and any(not m.over for m in self.told)
        dirty = firing or (self.dirty and not self.resolved)
        return replace(self, chat=to, dirty=dirty, due=min(self.due, self.first or self.due))

    def stored(self, row: int, told: Collection[Member], now: float) -> Card:
        """A message that shows these was stored in the outbox."""
        shown = {m.firing for m in told}
        members = tuple(
            replace(
                m,
                row=row if m.row is None and m.firing in shown else m.row,
                last=row if m.over and m.last is None else m.last,
            )
            for m in self.members
        )
        first = now if self.first is None else self.first
        due = now if now - first < TOGETHER else now + LATER
        return replace(
            self, members=members, first=first, due=due, open=(*self.open, row), dirty=False
        )

    def replied(self, told: Collection[Member]) -> Card:
        """A reply has told that these are over."""
        said = {m.firing for m in told}
        members = tuple(replace(m, told=m.told or m.firing in said) for m in self.members)
        return replace(self, members=_trimmed(members, self.open))

    def accepted(self, row: int) -> Card:
        """Telegram has that message."""
        members = tuple(m.accepted(row) for m in self.members)
        rest = tuple(r for r in self.open if r != row)
        return replace(self, members=members, open=rest, shown=True, shut=False)

    def dropped(self, row: int, *, shut: bool = False) -> Card:
        """That message will never be sent: a newer one says more, or the chat is `shut`."""
        rest = tuple(r for r in self.open if r != row)
        return replace(self, open=rest, shut=shut or self.shut)


def _trimmed(members: tuple[Member, ...], on_their_way: tuple[int, ...]) -> tuple[Member, ...]:
    """Without those of which nobody has to hear any more, but for the last."""
    past = [m for m in members if m.over and (m.told or not (m.delivered or on_their_way))]
    gone = {m.firing for m in past[:-_SHOWN]}
    return tuple(m for m in members if m.firing not in gone) if gone else members
