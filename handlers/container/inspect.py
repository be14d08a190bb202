"""`/inspect`: what one most often looks for, and all that the Engine knows, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.command.spec import command, targets
from bot.errors import BotError
from bot.hosts.types import Details, Kind, Port, Target
from bot.message import Message, Moment, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Document, Outcome, Reply, Table, Text
from bot.reply.states import state_word

_LISTED = 6
_SHORT = 12
_NO_POLICY = frozenset({"", "no"})


@command(
    "container inspect",
    shortcut="inspect",
    permission="container.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.CONTAINER)
async def inspect(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Show all details of one or more containers, secrets masked."""
    failed: list[Block] = []
    blocks: list[Block] = []
    documents: list[Document] = []
    for item in call.items:
        name = at(item.name, call.host.name)
        try:
            found = await call.host.containers.inspect(item.id)
        except BotError as error:
            if len(call.items) == 1:
                raise
            failed.append(Text(msg("x {name}: {why}", name=name, why=error.message)))
        else:
            blocks += (Text(_verdict(name, found)), Table(tuple(_rows(found))))
            documents.append(_document(item, found))
    some = Outcome.PARTIAL if documents else Outcome.FAILED
    return Reply(
        (*failed, *blocks),
        documents=tuple(documents),
        outcome=some if failed else Outcome.FINISHED,
    )


def _document(item: Item, found: Details) -> Document:
    name = Untrusted(f"{item.name.raw}.json")
    return Document(name, found.whole, msg("All of it. Secrets are masked."))


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
        yield msg("restarted"), plural("{count} time", "{count} times", found.restarts)
    if found.restart_policy.raw not in _NO_POLICY:
        yield msg("autostart"), found.restart_policy
    if found.memory:
        yield msg("memory"), Size(found.memory)
    for port in found.ports[:_LISTED]:
        yield msg("port"), Untrusted(_published(port))
    for source, inside in found.mounts[:_LISTED]:
        yield msg("mount"), Untrusted(f"{source.raw} → {inside.raw}")
    for network in found.networks[:_LISTED]:
        yield msg("network"), network


def _published(port: Port) -> str:
    return f"{port.ip or ''}:{port.public or ''} → {port.private}/{port.protocol}"
