"""One request for one command on one host, from the moment that it is understood.

A `Call` is a value: each stage of the pipeline hands on a fuller copy. It can be rebuilt from what
is stored of it (argv, actor, chat, host, target ids), which is how a confirmation comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from bot.access.policy import Decision
from bot.command.files import Attachment
from bot.command.kinds import Ago
from bot.command.operations import Operation
from bot.command.params import Targets
from bot.command.plan import Item, Plan
from bot.command.registry import Unknown
from bot.command.services import Services
from bot.command.spec import Command
from bot.command.turns import Ticket
from bot.hosts import Host
from bot.hosts.resolve import Thing
from bot.hosts.types import Target
from bot.message import Message, Names, Untrusted
from bot.reply import Reply


class Origin(Enum):
    """How a request came about."""

    TYPED = "typed"
    BUTTON = "button"
    SCHEDULE = "schedule"
    HEALING = "healing"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the immutable id, the name that Telegram tells, the language of their app."""

    id: int
    name: Untrusted
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Where: private chats have the person's id."""

    id: int
    private: bool
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What came in, parsed. `update` is Telegram's id; `sent_at` in seconds since the epoch.

    `message` is what is answered (or what the tapped button stands under). `reply_to` is what it
    replies to. `attachment` came with it, or with what it replies to; so did a `picture`, which is
    none.
    """

    update: int
    actor: Actor
    chat: Chat
    text: str
    sent_at: float
    message: int | None = None
    origin: Origin = Origin.TYPED
    reply_to: int | None = None
    attachment: Attachment | None = None
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A tap that agreed to exactly these items, on a button that works once."""

    button: str
    items: tuple[Item, ...]


def at(name: Untrusted, host: str) -> Untrusted:
    """A thing and its host, as it is shown: `web@nas`."""
    return Untrusted(f"{name.raw}@{host}")


async def _silent(_reply: Reply) -> None:
    """Show nothing: no operation runs yet."""


def _as_it_is(reply: Reply) -> Reply:
    """Add nothing."""
    return reply


async def _forgetful(_items: tuple[Item, ...]) -> None:
    """Keep nothing: no operation runs yet."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its values. `slot` names the message that its answer edits, if any.

    `read_as` is what was run, where a phone's spelling of it was repaired. `about` is shared by all
    copies: what the call turned out to be about, for the stages outside those that find it out.
    `seen` is what was found of the targets. `notes` are what else its record should tell, shared
    likewise. `shares` its update with others, which is done when all are. `resumed`: it was begun
    before a restart; its `items` are then what it last gave to `keep`. `unknown` is what is told if
    nothing has the name that stands in a command's place. `choices` is the page that is shown of
    what a missing name may be. `told` makes of its answer what is told: where nobody has just typed
    it, the answer says what it is to.
    """

    id: str
    request: Request
    command: Command
    argv: tuple[str, ...]
    params: Mapping[str, Any]
    services: Services
    slot: str
    target_host: Host | None = None
    targets: tuple[Target, ...] = ()
    seen: tuple[Thing, ...] = ()
    decision: Decision | None = None
    confirmation: Confirmation | None = None
    plan: Plan | None = None
    items: tuple[Item, ...] = ()
    ticket: Ticket | None = None
    read_as: str | None = None
    operation: Operation | None = None
    shares: bool = False
    resumed: bool = False
    unknown: Unknown | None = None
    choices: int = 1
    about: list[Item] = field(default_factory=list, compare=False)
    notes: list[str] = field(default_factory=list, compare=False)
    told: Callable[[Reply], Reply] = field(default=_as_it_is, compare=False)
    show: Callable[[Reply], Awaitable[None]] = field(default=_silent, compare=False)
    keep: Callable[[tuple[Item, ...]], Awaitable[None]] = field(default=_forgetful, compare=False)

    @property
    def label(self) -> Message:
        """What it does, as a verb with its target: "restart web@nas"."""
        host = self.host_name or ""
        known = tuple(at(t.name, t.host) for t in self.targets)
        names = known or tuple(at(Untrusted(name), host) for name in self.typed)
        return self.command.act.having(target=Names(names), host=Untrusted(host))

    @property
    def typed(self) -> tuple[str, ...]:
        """The names of what it is about, as they were typed; none once they are targets."""
        return tuple(word for asked in self.command.named for word in self.words_of(asked))

    def words_of(self, asked: Targets) -> tuple[str, ...]:
        """The names that were typed for one argument; none once they are targets."""
        value = self.params.get(asked.name or "")
        words = (value,) if isinstance(value, str) else value or ()
        return asked.names([word for word in words if isinstance(word, str)])

    @property
    def host(self) -> Host:
        """The Engine that it is about; a command without one never asks."""
        if self.target_host is None:
            raise LookupError(f"{self.command.name} is declared without a host")
        return self.target_host

    @property
    def running(self) -> Operation:
        """The operation that it is, from the stage on that registers it."""
        if self.operation is None:
            raise LookupError(f"call {self.id} is not registered yet")
        return self.operation

    @property
    def host_name(self) -> str | None:
        """The host's name, None where no host is concerned."""
        return self.target_host.name if self.target_host else None

    @property
    def subjects(self) -> tuple[Item, ...]:
        """What it is about, as far as that is known: items, targets, or else the names typed."""
        if self.items or self.about:
            return self.items or tuple(self.about)
        return tuple(
            Item(asked.kind, "", Untrusted(name))
            for asked in self.command.named
            for name in self.words_of(asked)
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its reader."""
        actor, chat = self.actor, self.request.chat.id
        return ZoneInfo(self.services.languages.tongue(actor.id, actor.language, chat).timezone)

    def epoch(self, moment: Ago | None) -> float | None:
        """A point in time as its reader gave it, in seconds since the epoch."""
        return None if moment is None else moment.epoch(self.services.clock(), self.zone)

    @property
    def attachment(self) -> Attachment | None:
        """The document that came with its message, or that its message replies to."""
        return self.request.attachment

    @property
    def cost(self) -> int:
        """What it takes from its person's and chat's budget: each target counts."""
        return self.command.cost * max(1, len(self.typed))

    @property
    def streams(self) -> bool:
        """Whether it runs until its own end, or until somebody stops it."""
        return self.command.streams is not None and self.command.streams(self.params)

    @property
    def follows(self) -> bool:
        """Whether it goes on only as long as somebody is there to look or to type."""
        if self.command.follows is None:
            return self.streams and not self.command.changes
        return self.streams and self.command.follows(self.params)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.request.actor
