"""`/container inspect`: what one most often looks for, and all that the Engine knows, as a file."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.plan import Item
from bot.command.spec import command, flag, targets
from bot.hosts.types import Details, Kind, Target
from bot.message import Message, Moment, Size, Untrusted, Value, msg
from bot.reply import Reply, Table
from bot.reply.ports import places
from bot.reply.states import state_word
from bot.reply.template import Template
from handlers.looking import Looked, looked

_LISTED = 6
_SHORT = 12
_NO_POLICY = frozenset({"", "no"})


@command(
    "container inspect",
    permission="container.inspect",
    act=msg("inspect {target}"),
    secret=True,
    deadline=180.0,
)
@targets(Kind.CONTAINER)
@formats(None, "-f")
@flag("-s", "--size", help="Show what it takes on the disk as well")
async def inspect(
    call: Call, containers: tuple[Target, ...], template: Template | None, *, size: bool
) -> Reply:
    """Show all details of one or more containers, secrets masked."""

    async def look(item: Item, name: Untrusted) -> Looked:
        found = await call.host.containers.inspect(item.id, size=size)
        return Looked(_verdict(name, found), (Table(tuple(_rows(found))),), found.whole)

    return await looked(call, look, template)


def _verdict(name: Untrusted, found: Details) -> Message:
    state = state_word(found.state)
    if found.since is None:
        return msg("{name}: {state}", name=name, state=state)
    return msg("{name}: {state} since {time}", name=name, state=state, time=Moment(found.since))


def _rows(found: Details) -> Iterator[tuple[Value, ...]]:
    """The lines of the summary; what is not there is left out."""
    yield msg("image"), found.image
    yield msg("id"), Untrusted(found.id[:_SHORT])
    if found.restarts:
        yield msg("restarts"), found.restarts
    if found.restart_policy.raw not in _NO_POLICY:
        yield msg("autostart"), found.restart_policy
    if found.memory:
        yield msg("memory"), Size(found.memory)
    if found.size_rw is not None:
        yield msg("own files"), Size(found.size_rw)
    if found.size_root is not None:
        yield msg("with image"), Size(found.size_root)
    for port in places(found.ports)[:_LISTED]:
        yield msg("port"), port
    for source, inside in found.mounts[:_LISTED]:
        yield msg("mount"), Untrusted(f"{source.raw} → {inside.raw}")
    for network in found.networks[:_LISTED]:
        yield msg("network"), network
