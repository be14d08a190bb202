"""What exactly a command would do, shown before it is asked to, and compared before it is done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from bot.hosts.types import Kind, Target
from bot.message import Message, Untrusted
from bot.reply import Block


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that would go or change. `state` is what it was seen in; `size` in bytes.

    `at` tells of what is many when it was looked at, in seconds since the epoch: what was used
    after that is no part of it; of what runs, when it was started. `engine` is the id of the Engine
    that has it, once that counts.
    """

    kind: Kind
    id: str
    name: Untrusted
    state: str = ""
    size: int = 0
    at: float = 0.0
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The question, what is worth knowing, the word on the button, and the exact list.

    Only `items` are stored with a pending action; the words are made anew. Without items there is
    nothing to ask: the `question` is then the answer.
    """

    question: Message
    yes: Message
    items: tuple[Item, ...]
    blocks: tuple[Block, ...] = ()

    def covers(self, stored: tuple[Item, ...]) -> bool:
        """Whether all that was agreed to is still there as it was seen; more does not matter."""
        return set(map(_identity, stored)) <= set(map(_identity, self.items))


def _identity(item: Item) -> tuple[str, Kind, str, str]:
    return item.engine, item.kind, item.id, item.state


def dump(items: tuple[Item, ...]) -> str:
    """Items as JSON, for the pending row."""
    rows = [asdict(item) | {"kind": item.kind.value, "name": item.name.raw} for item in items]
    return json.dumps(rows)


def load(text: str) -> tuple[Item, ...]:
    """The items of a pending row."""
    return tuple(
        Item(**row | {"kind": Kind(row["kind"]), "name": Untrusted(row["name"])})
        for row in json.loads(text)
    )


def of_target(target: Target) -> Item:
    """A target as an item of a plan."""
    return Item(target.kind, target.id, target.name, target.state)
