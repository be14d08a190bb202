"""The declaration of a command: policy in the decorator, grammar in parameters, help in the text.

The decorators only collect; nothing is registered. A noun's package lists its commands in a tuple.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click

from bot.command.params import Lately, Offered, Paths, Refused, Stacks, Targets, Words
from bot.hosts.types import Container, Kind
from bot.message import Message
from bot.reply import Reply

if TYPE_CHECKING:
    from bot.command.call import Call, Request
    from bot.command.plan import Item, Plan

Handler = Callable[..., Awaitable[Reply]]
Planner = Callable[["Call"], Awaitable["Plan"]]
RootFinder = Callable[["Call"], Awaitable[tuple[Message, ...]]]
Left = Callable[["Call"], Awaitable[Reply]]
Reaches = Callable[["Call"], Awaitable[tuple["Item", ...]]]
_GRAMMAR = "__grammar__"


class Danger(IntEnum):
    """What a command can do; the default of what it needs before it runs.

    A disruptive one asks once when it comes from a button; a destructive one always shows its plan
    and asks.
    """

    READ = 0
    CHANGE = 1
    DISRUPTIVE = 2
    DESTRUCTIVE = 3


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as declared. `act` is its verb for a question or a denial: "Restart {target}".

    `deadline`, in seconds, where the config's is too short. `secret` output goes to a group only
    where that is linked to the host. `streams` says with which values it runs until its own end or
    a Stop, however long that takes, and `follows` with which of those somebody has to be there to
    look or to type: few of these may run at once. `root` says why what is asked makes its asker
    root on the host, () if it does not. `resumes`: after a restart of the bot it is taken up again.
    `left` is what is done, and told, after a kill of the bot about one that had begun. `reaches`
    looks what else it changes than its targets: it waits for the turn of these as well.
    `hostless` needs no Engine. `feature` names the switch in the config without which it does not
    exist. `asks` always asks, whatever the danger, and `risky` looks whether it is asked about this
    time. `redirect` names the command that some words mean instead. `compares`: a bare < or > among
    its words compares.
    """

    path: tuple[str, ...]
    handler: Handler
    permission: str
    act: Message
    summary: str
    description: str
    params: tuple[click.Parameter, ...]
    shortcut: str | None = None
    aliases: tuple[str, ...] = ()
    danger: Danger = Danger.READ
    plan: Planner | None = None
    feature: str | None = None
    secret: bool = False
    streams: Callable[[Mapping[str, Any]], bool] | None = None
    follows: Callable[[Mapping[str, Any]], bool] | None = None
    root: RootFinder | None = None
    resumes: bool = False
    left: Left | None = None
    reaches: Reaches | None = None
    hostless: bool = False
    hidden: bool = False
    asks: bool = False
    risky: Callable[[Call], Awaitable[bool]] | None = None
    redirect: Callable[[tuple[str, ...], Request], str | None] | None = None
    compares: bool = False
    cost: int = 1
    deadline: float | None = None

    @property
    def name(self) -> str:
        """Its full name, as the audit records it: "container restart"."""
        return " ".join(self.path)

    @property
    def changes(self) -> bool:
        """Whether it may change a host."""
        return self.danger > Danger.READ

    @property
    def asks_first(self) -> bool:
        """Whether a tap on a button of it is asked about before it runs."""
        return self.asks or self.danger >= Danger.DISRUPTIVE

    @property
    def targets(self) -> Targets | None:
        """The argument that names what it is about: the first, if there are several."""
        return next(iter(self.named), None)

    @property
    def named(self) -> tuple[Targets, ...]:
        """All arguments that name something on a host, in their order."""
        return tuple(p for p in self.params if isinstance(p, Targets))

    @property
    def offers(self) -> tuple[Offered, ...]:
        """The arguments for which what is on the host is offered."""
        return tuple(p for p in self.params if isinstance(p, Offered))

    @property
    def passes_on(self) -> bool:
        """Whether what follows its first word is for somebody else to read: `top web -ef`."""
        return any(
            isinstance(p, click.Argument) and p.nargs == -1 and not isinstance(p, Targets | Words)
            for p in self.params
        )

    @property
    def names_nothing(self) -> bool:
        """Whether no word of it is a name, or for somebody else to read: `report week`."""
        return not (self.named or self.passes_on or any(isinstance(p, Words) for p in self.params))

    @property
    def spelling(self) -> str:
        """How a phone's menu and a message name it, tappable: `/restart`, `/image_prune`."""
        return "/" + (self.shortcut or "_".join(self.path))


def command(
    path: str,
    *,
    permission: str,
    act: Message,
    shortcut: str | None = None,
    aliases: Sequence[str] = (),
    danger: Danger = Danger.READ,
    plan: Planner | None = None,
    **policy: Any,  # noqa: ANN401 - the remaining fields of Command, checked by its constructor
) -> Callable[[Handler], Command]:
    """Declare a command; the docstring's first line is its help, the rest its description."""

    def declare(handler: Handler) -> Command:
        summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n\n")
        return Command(
            path=tuple(path.split()),
            handler=handler,
            permission=permission,
            act=act,
            summary=" ".join(summary.split()),
            description=description,
            params=tuple(reversed(getattr(handler, _GRAMMAR, []))),
            shortcut=shortcut,
            aliases=tuple(aliases),
            danger=danger,
            plan=plan,
            **policy,
        )

    return declare


def option(*names: str, **attrs: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401 - Click's own
    """Declare an option, with Click's attributes."""
    return _collect(click.Option(names, **attrs))


def flag(*names: str, help: str) -> Callable[[Handler], Handler]:  # noqa: A002 - Click's word
    """Declare a boolean option; Docker's `--all=false` is understood as well."""
    return _collect(click.Option(names, is_flag=True, default=False, help=help))


def refused(
    *names: str, why: Message, value: bool = False, usual: bool | None = None
) -> Callable[[Handler], Handler]:
    """Declare an option of Docker's that is refused, and why; `value` if it takes one.

    With `usual`, its value with Docker if it is not given, `--sig-proxy=true` is no reason to
    refuse.
    """
    return _collect(Refused(names, why, value=value, usual=usual))


def argument(name: str, **attrs: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401 - Click's own
    """Declare a positional argument that is no target."""
    return _collect(click.Argument([name], **attrs))


def words(name: str, metavar: str) -> Callable[[Handler], Handler]:
    """Declare an argument of words that make a sentence; options may stand among them."""
    return _collect(Words([name], nargs=-1, metavar=metavar))


def targets(
    kind: Kind,
    name: str | None = None,
    *,
    nargs: int = -1,
    required: bool = True,
    among: Callable[[Container], bool] | None = None,
    kinds: Callable[[Mapping[str, Any]], Sequence[Kind]] | None = None,
) -> Callable[[Handler], Handler]:
    """Declare what the command is about; a missing one is asked for with a picker.

    `among` says which containers the picker offers; `kinds` is as of `Targets`.
    """
    name = name or (f"{kind.value}s" if nargs == -1 else kind.value)
    return _collect(Targets(kind, name, nargs=nargs, required=required, among=among, kinds=kinds))


def offered(kind: Kind, name: str, **attrs: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401 - Click's own
    """Declare an argument that may name something on the host: what there is, is offered."""
    return _collect(Offered(kind, name, **attrs))


def of_stack(name: str = "stack") -> Callable[[Handler], Handler]:
    """Declare an argument of a stack and, if not all are meant, of its services."""
    return _collect(Stacks(name))


def paths(name: str = "paths") -> Callable[[Handler], Handler]:
    """Declare an argument of paths, `CONTAINER:PATH` or `-`."""
    return _collect(Paths(name))


def lately(name: str = "containers") -> Callable[[Handler], Handler]:
    """Declare an argument of containers, and of how far back one looks, `24h`."""
    return _collect(Lately(name))


def _collect(param: click.Parameter) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        grammar = handler.__dict__.setdefault(_GRAMMAR, [])
        grammar.append(param)
        return handler

    return add
