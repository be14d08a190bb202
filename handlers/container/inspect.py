"""`/inspect`: what one most often looks for, and all that the Engine knows, secrets masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.command.spec import command, targets
from bot.hosts.types import Kind, Target
from bot.message import Message, Moment, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Document, Reply, Table, Text

_LISTED = 6

Body = Mapping[str, object]


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
    blocks: list[Block] = []
    documents: list[Document] = []
    for item in call.items:
        body = await call.host.containers.inspect(item.id)
        blocks += _summary(at(item.name, call.host.name), body)
        documents.append(_document(item, body))
    return Reply(tuple(blocks), documents=tuple(documents))


def _document(item: Item, body: Body) -> Document:
    text = json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True)
    name = Untrusted(f"{item.name.raw}.json")
    return Document(name, text.encode(errors="replace"), msg("All of it. Secrets are masked."))


def _summary(name: Untrusted, body: Body) -> tuple[Block, Block]:
    return Text(_verdict(name, body)), Table(tuple(_rows(body)))


def _verdict(name: Untrusted, body: Body) -> Message:
    state = _within(body, "State")
    status = Untrusted(_text(state, "Status") or "?")
    key = "StartedAt" if state.get("Running") is True else "FinishedAt"
    when = _moment(_text(state, key))
    if when is None:
        return msg("{name}: {state}", name=name, state=status)
    return msg("{name}: {state} since {time}", name=name, state=status, time=when)


def _rows(body: Body) -> Iterator[tuple[Value, ...]]:
    """The lines of the summary; what is not there, or of another shape, is left out."""
    config, host = _within(body, "Config"), _within(body, "HostConfig")
    yield msg("image"), Untrusted(_text(config, "Image") or "?")
    yield msg("id"), Untrusted(_text(body, "Id")[:12])
    restarts = body.get("RestartCount")
    if isinstance(restarts, int) and restarts:
        yield msg("restarted"), plural("{count} time", "{count} times", restarts)
    policy = _text(_within(host, "RestartPolicy"), "Name")
    if policy not in {"", "no"}:
        yield msg("restarts"), Untrusted(policy)
    limit = host.get("Memory")
    if isinstance(limit, int) and limit:
        yield msg("memory"), Size(limit)
    for port, where in _ports(body):
        yield msg("port"), Untrusted(f"{where} → {port}")
    for source, inside in _mounts(body):
        yield msg("mount"), Untrusted(f"{source} → {inside}")
    for network in list(_within(_within(body, "NetworkSettings"), "Networks"))[:_LISTED]:
        yield msg("network"), Untrusted(str(network))


def _ports(body: Body) -> Iterator[tuple[str, str]]:
    """What is published: the port inside, and where."""
    published = _within(_within(body, "NetworkSettings"), "Ports")
    for port, places in list(published.items())[:_LISTED]:
        for place in places if isinstance(places, list) else ():
            if isinstance(place, Mapping):
                yield str(port), f"{_text(place, 'HostIp')}:{_text(place, 'HostPort')}"


def _mounts(body: Body) -> Iterator[tuple[str, str]]:
    mounts = body.get("Mounts")
    for mount in mounts[:_LISTED] if isinstance(mounts, list) else ():
        if isinstance(mount, Mapping):
            source = _text(mount, "Name") or _text(mount, "Source")
            yield source, _text(mount, "Destination")


def _within(body: Body, key: str) -> Body:
    found = body.get(key)
    return found if isinstance(found, Mapping) else {}


def _text(body: Body, key: str) -> str:
    found = body.get(key)
    return found if isinstance(found, str) else ""


def _moment(stamp: str) -> Moment | None:
    """RFC 3339 with nanoseconds; Go's year one is none."""
    try:
        then = datetime.fromisoformat(stamp[:19] + "+00:00")
    except ValueError:
        return None
    return Moment(then.timestamp()) if then.year > 1 else None
