"""What a handler gives back: values, not text. `bot.telegram.render` turns them into messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from bot.message import Message, Untrusted, Value
from bot.reply.chart import Chart
from bot.reply.template import Template

WIDTH = 34  # characters of a line of monospace on a phone


class Outcome(Enum):
    """How an operation ended, as the audit records it."""

    FINISHED = "finished"
    UNCHANGED = "unchanged"  # all is as it was: told only to who asks
    PARTIAL = "partial"
    FAILED = "failed"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    AWAITING = "awaiting"


@dataclass(frozen=True, slots=True)
class Text:
    """One line or paragraph; `strong` sets it bold (the verdict is strong by itself)."""

    message: Message
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in monospace. The first column takes what is left of `width` characters, cut with "…".

    A cell is any value. `head` may be empty. `right` are the indexes of right-aligned columns.
    Without a `width` nothing is cut.
    """

    rows: tuple[tuple[Value, ...], ...]
    head: tuple[Message, ...] = ()
    right: frozenset[int] = frozenset()
    width: int | None = WIDTH


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text from outside in monospace, as it is. `tail` keeps its end where it must be cut."""

    text: Untrusted
    tail: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """What a template of Docker's `--format` makes of each row, whose values are those of JSON.

    The rows of a list are `flat`: fields that print as they are, but for the labels, a mapping.
    `width` is as of a table.
    """

    template: Template
    rows: tuple[Mapping[str, Any], ...] = field(hash=False)
    flat: bool = True
    width: int | None = WIDTH


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks behind an expandable quote: there for who wants them."""

    blocks: tuple[Text | Table | Excerpt, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file for the reader. `name` is a suggestion, made safe before it is sent.

    A table, or what a template is filled with, becomes lines of text, cut nowhere. What is large is
    a file of the spool, which is sent as it is and then removed.
    """

    name: Untrusted
    content: bytes | Table | Filled | Path
    caption: Message | None = None


Block = Text | Table | Excerpt | Filled | Fold


class Verb(Enum):
    """What a tap does."""

    RUN = "run"  # types `argv`
    CONFIRM = "confirm"  # lets the pending action that it belongs to run
    DISMISS = "dismiss"  # drops it
    STOP = "stop"  # cancels the running operation that it belongs to
    PRESS = "press"  # presses a key in the session that it belongs to


@dataclass(frozen=True, slots=True)
class Button:
    """A verb with its target. `inplace` edits the message that it is under; else a new one.

    `host` is the one that `argv` is about, None where none is. `data` goes with a confirmation: the
    items agreed to; or it is the key that is pressed. `until` is when it ends, in seconds since the
    epoch.
    """

    label: Message
    argv: tuple[str, ...] = ()
    verb: Verb = Verb.RUN
    inplace: bool = False
    host: str | None = None
    data: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. The first block is the verdict, readable in a notification.

    `buttons` are rows. `outcome` is what the audit records. `rings` lets the phone ring. `private`
    keeps it from a group: what may hold secrets goes to the person instead. `leaves` is what the
    message says from then on that showed the operation while it ran: this one is then a message of
    its own, since an edit never rings. A `chart` is shown above the blocks, which say it in words.
    """

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    documents: tuple[Document, ...] = ()
    outcome: Outcome = Outcome.FINISHED
    rings: bool = False
    private: bool = False
    leaves: Message | None = None
    chart: Chart | None = None


def say(message: Message, *more: Message, outcome: Outcome = Outcome.FINISHED) -> Reply:
    """A reply of plain sentences, the first being the verdict."""
    return Reply(tuple(Text(m) for m in (message, *more)), outcome=outcome)
