"""Why the Engine does not make a container, or does not start it, in words and with what helps.

What it says is recognized by its English sentence: it has no other sign for most of this.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from bot.command.call import Call, at
from bot.errors import BotError
from bot.hosts.answer import Refused
from bot.hosts.faults import full_disk
from bot.hosts.types import Container
from bot.message import Code, Message, Names, Untrusted, msg
from bot.reply import Button
from bot.reply.containers import state_of
from handlers.offer import may

_IMAGE = re.compile(r"no such image", re.IGNORECASE)
_TAKEN = re.compile(r'container name "/?([^"]{1,255})" is already in use')
_PORT = re.compile(
    r"[Bb]ind for (\S{1,64}):(\d{1,5})(?:/(\w+))? failed: port is already allocated"
    r"|listen (tcp|udp|sctp)\d? (\S{1,64}):(\d{1,5}): bind: address already in use"
    r"|failed to bind (?:host )?port (?:for )?(\S{1,64}):(\d{1,5})(?:/(\w+))?.*in use"
)
_NETWORK = re.compile(r"network (\S{1,255}) not found")
_SOURCE = re.compile(r"bind source path does not exist: (\S{1,4096})")
_PROGRAM = re.compile(r'exec: "([^"]{1,255})": (executable file not found|stat .*no such file)')
_RIGHTS = re.compile(r'exec: "([^"]{1,255})": .*permission denied')

Explained = tuple[tuple[Message, ...], tuple[tuple[Button, ...], ...]]
Explain = Callable[[Call, re.Match[str]], Awaitable[Explained]]


def said(error: BotError) -> str:
    """What the Engine said, "" where it said nothing."""
    cause = error.__cause__
    return cause.why if isinstance(cause, Refused) else ""


def lacks_image(error: BotError) -> bool:
    """Whether it is the image that is not there."""
    return _IMAGE.search(said(error)) is not None


def takes_name(error: BotError) -> bool:
    """Whether another has its name."""
    return _TAKEN.search(said(error)) is not None


async def explained(call: Call, error: BotError) -> Explained:
    """The sentences for what went wrong, and buttons that help; the Engine's own if it is new."""
    words = said(error)
    for pattern, explain in _KNOWN:
        found = pattern.search(words)
        if found is not None:
            try:
                return await explain(call, found)
            except BotError:
                break  # what else there is can't be seen now
    return (error.message, *full_disk(call.host.name, words)), ()


async def _name(call: Call, found: re.Match[str]) -> Explained:
    name = Untrusted(found[1])
    shown = at(name, call.host.name)
    there = next((c for c in await call.host.inventory.containers() if c.name == name), None)
    if there is None:
        return (msg("There is a {name} already.", name=shown),), ()
    state = state_of(there)
    verdict = msg("There is a {name} already: {state}", name=shown, state=state)
    choose = msg("Choose another {option}, or remove it.", option=Code("--name"))
    return (verdict, choose), tuple(_looks(call, (there,))) + _removes(call, there)


async def _port(call: Call, found: re.Match[str]) -> Explained:
    groups = [group for group in found.groups() if group]
    port = next(group for group in groups if group.isdigit())
    protocol = next((g for g in groups if g in {"tcp", "udp", "sctp"}), "tcp")
    filters = {"publish": [f"{port}/{protocol}"]}
    users = await call.host.inventory.containers(all=False, filters=filters)
    choose = msg("Choose another, as in {example}.", example=Code(f"-p {_next(port)}:…"))
    number, host = Untrusted(port), Untrusted(call.host.name)
    if not users:
        taken = msg("Port {port} of {host} is taken, by no container.", port=number, host=host)
        return (taken, choose), ()
    names = Names(tuple(user.name for user in users))
    taken = msg("Port {port} of {host} is taken by {names}.", port=number, host=host, names=names)
    return (taken, choose), tuple(_looks(call, users))


def _next(port: str) -> int:
    number = int(port) + 1
    return number if number <= 65535 else 8080  # noqa: PLR2004 - the last one


async def _network(call: Call, found: re.Match[str]) -> Explained:
    host = Untrusted(call.host.name)
    missing = msg("There is no network {name} on {host}.", name=Untrusted(found[1]), host=host)
    known = Names(tuple(n.name for n in (await call.host.networks.list())[:12]))
    return (missing, msg("Networks: {names}.", names=known)), ()


async def _source(call: Call, found: re.Match[str]) -> Explained:
    host = Untrusted(call.host.name)
    missing = msg("There is no {path} on {host}.", path=Untrusted(found[1]), host=host)
    makes = msg("{option} would make a folder there.", option=Code("-v"))
    return (missing, makes), ()


async def _program(_call: Call, found: re.Match[str]) -> Explained:
    missing = msg("There is no {program} in its image.", program=Untrusted(found[1]))
    return (missing,), ()


async def _rights(_call: Call, found: re.Match[str]) -> Explained:
    program = Untrusted(found[1])
    return (msg("{program} is there, but can't be executed.", program=program),), ()


def _looks(call: Call, containers: Sequence[Container]) -> list[tuple[Button, ...]]:
    """A look at each of the first few."""
    if not may(call, "container inspect"):
        return []
    return [
        (
            Button(
                msg("Inspect {name}", name=c.name),
                ("container", "inspect", c.name.raw),
                host=call.host.name,
            ),
        )
        for c in containers[:2]
        if c.name.raw[:1].isalnum()
    ]


def _removes(call: Call, container: Container) -> tuple[tuple[Button, ...], ...]:
    if not (may(call, "container rm") and container.name.raw[:1].isalnum()):
        return ()
    label = msg("Remove {name}…", name=at(container.name, call.host.name))
    argv = ("container", "rm", container.name.raw)
    return ((Button(label, argv, host=call.host.name),),)


_KNOWN: tuple[tuple[re.Pattern[str], Explain], ...] = (
    (_TAKEN, _name),
    (_PORT, _port),
    (_NETWORK, _network),
    (_SOURCE, _source),
    (_PROGRAM, _program),
    (_RIGHTS, _rights),
)
