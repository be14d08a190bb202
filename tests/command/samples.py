"""Commands, hosts and requests to try the command core with, and its errors in English."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from bot.access.policy import Group, Policy, Role, Subject
from bot.command.build import Builder
from bot.command.call import Actor, Call, Chat, Request
from bot.command.kinds import TAIL, choice, filters
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.services import Services
from bot.command.spec import Command, Danger, argument, command, flag, option, targets
from bot.command.turns import Turns
from bot.errors import BotError
from bot.hosts.types import Kind
from bot.i18n import ENGLISH
from bot.message import Person, Untrusted, msg
from bot.reply import Reply, say
from bot.reply.words import Words

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)
OWNER, SCOPED, STRANGER, NOWHERE = 1, 2, 3, 4


def told(error: BotError) -> str:
    """An error and its hints, in English."""
    return " ".join(WORDS.plain(message) for message in (error.message, *error.hints))


@command("box ls", shortcut="boxes", aliases=("box list",), permission="box.ls", act=msg("list"))
@flag("-i", "--interactive", help="Keep it open")
@flag("-t", "--tty", help="Give it a terminal")
@flag("--rm", help="Remove it afterwards")
@option("-m", "--memory", help="How much")
@option("-n", "--tail", type=TAIL, default=30, help="How many lines")
@option("--sort", type=choice("name", "size"), default="name", help="In which order")
@option("-f", "--filter", "wanted", multiple=True, type=filters("name", "a", "c"), help="Which")
@targets(Kind.CONTAINER, required=False)
async def ls(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    """List boxes."""
    return say(msg("listed"))


@command(
    "box rm",
    permission="box.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    feature="boxes",
)
@targets(Kind.CONTAINER)
async def rm(_call: Call, containers: object) -> Reply:
    """Remove boxes."""
    return say(msg("removed"))


@command("box mv", permission="box.mv", act=msg("rename {target}"), danger=Danger.CHANGE)
@targets(Kind.CONTAINER, nargs=1)
@argument("new_name")
async def mv(_call: Call, container: object, new_name: str) -> Reply:
    """Rename a box."""
    return say(msg("renamed"))


@command("box exec", shortcut="exec", permission="box.exec", act=msg("run in {target}"))
@flag("-t", "--tty", help="Give it a terminal")
@targets(Kind.CONTAINER, nargs=1)
@argument("words", nargs=-1)
async def exec_(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    """Run something in a box."""
    return say(msg("run"))


@command("hello", permission="self.hello", act=msg("greet"), hostless=True, hidden=True)
@argument("words", nargs=-1)
async def hello(_call: Call, words: tuple[str, ...]) -> Reply:
    """Greet."""
    return say(msg("hello"))


@command(
    "box start",
    shortcut="start",
    permission="box.start",
    act=msg("start {target}"),
    danger=Danger.CHANGE,
    redirect=lambda words, _: "hello" if not words or words[0].startswith("_") else None,
)
@targets(Kind.CONTAINER)
async def start(_call: Call, containers: object) -> Reply:
    """Start boxes."""
    return say(msg("started"))


COMMANDS: tuple[Command, ...] = (ls, rm, mv, exec_, hello, start)
REGISTRY = Registry(COMMANDS, frozenset({"boxes"}))


def policy(*groups: Group, read_only: frozenset[str] = frozenset()) -> Policy:
    """An owner, somebody who counts on the last host only, and somebody on one that is gone."""
    owner, some = Role("owner", ("*",)), Role("some", ("box.*", "self.*"))
    return Policy(
        (
            Subject(Person(Untrusted("Olga"), OWNER), owner),
            Subject(Person(Untrusted("Sasha"), SCOPED), some, frozenset({"db1"})),
            Subject(Person(Untrusted("Nora"), NOWHERE), some, frozenset({"gone"})),
        ),
        groups,
        read_only,
    )


def services(*hosts: str, registry: Registry = REGISTRY) -> Services:
    """Services with hosts that have a name and nothing else."""
    known = {name: cast("Any", SimpleNamespace(name=name)) for name in hosts or ("nas", "db1")}
    nothing = cast("Any", None)
    return Services(
        bot=9,
        registry=registry,
        policy=policy(),
        hosts=known,
        database=nothing,
        operations=Operations(),
        clock=lambda: 0.0,
        languages=nothing,
        files=nothing,
        fetch=nothing,
        spool=nothing,
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """A builder with its turns."""

    builder: Builder
    turns: Turns

    def typed(self, text: str, person: int = OWNER) -> tuple[Call, ...]:
        """The calls of a typed line, given back to the order of arrival at once."""
        calls = self.builder.typed(request(text, person))
        for call in calls:
            self.builder.forget(call)
        return calls


def bench(*hosts: str, registry: Registry = REGISTRY) -> Bench:
    """A builder over hosts that have a name and nothing else."""
    turns = Turns()
    return Bench(Builder(9, services(*hosts, registry=registry), turns), turns)


def request(text: str, person: int = OWNER) -> Request:
    """A message in a private chat."""
    return Request(7, Actor(person, Untrusted("A")), Chat(person, private=True), text, 0.0)
