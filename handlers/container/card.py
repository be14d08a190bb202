"""`/web`: a container on one screen, and what its reader may do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.command.call import Call, at
from bot.command.spec import command, targets
from bot.errors import BotError
from bot.hosts.types import Container, Details, Kind, Stats, Target
from bot.message import Message, Names, Percent, Size, Untrusted, Value, msg, plural
from bot.reply import Button, Reply, Table, Text
from bot.reply.containers import state_of
from handlers.offer import may

_SOON = 3.0  # seconds for the figures: older Engines wait for their collector's next round
_PORTS = 4
_DOWN = frozenset({"created", "exited", "dead"})


@command(
    "container card",
    permission="container.ls",
    act=msg("look at {target}"),
    cost=2,
    hidden=True,
)
@targets(Kind.CONTAINER, nargs=1)
async def card(call: Call, container: Target) -> Reply:
    """Show a container, and what you may do with it."""
    row = next(thing for thing in call.seen if isinstance(thing, Container))
    details, stats = await asyncio.gather(_details(call, row), _stats(call, row))
    name = at(container.name, container.host)
    verdict = msg("{name}: {state}", name=name, state=state_of(row))
    table = Table(tuple(_rows(row, details, stats)))
    return Reply((Text(verdict), table), buttons=_buttons(call, row))


async def _details(call: Call, row: Container) -> Details | None:
    try:
        return await call.host.containers.inspect(row.id)
    except BotError:
        return None


async def _stats(call: Call, row: Container) -> Stats | None:
    """What it uses, if that can be had soon."""
    if row.state != "running":
        return None
    try:
        async with asyncio.timeout(_SOON):
            (found,) = await call.host.stats.once([row.id])
    except (BotError, TimeoutError):
        return None
    return found if isinstance(found, Stats) else None


def _rows(
    row: Container, details: Details | None, stats: Stats | None
) -> Iterator[tuple[Value, ...]]:
    yield msg("image"), row.image
    if row.health:
        yield msg("health"), _health(row.health)
    if row.project:
        yield msg("stack"), row.project
    if details is not None:
        if details.ports:
            ports = sorted({f"{p.public}→{p.private}" for p in details.ports})
            yield msg("ports"), Names(tuple(map(Untrusted, ports[:_PORTS])))
        if details.restarts:
            yield msg("restarted"), plural("{count} time", "{count} times", details.restarts)
    if row.state == "running":
        yield msg("cpu"), _cpu(stats)
        yield msg("memory"), _memory(stats)


def _health(health: str) -> Message:
    match health:
        case "healthy":
            return msg("healthy")
        case "unhealthy":
            return msg("unhealthy")
        case _:
            return msg("starting")


def _cpu(stats: Stats | None) -> Value:
    return msg("unknown") if stats is None or stats.cpu is None else Percent(stats.cpu)


def _memory(stats: Stats | None) -> Value:
    if stats is None or stats.memory is None:
        return msg("unknown")
    used = Size(stats.memory)
    return msg("{used} of {limit}", used=used, limit=Size(stats.limit)) if stats.limit else used


def _buttons(call: Call, row: Container) -> tuple[tuple[Button, ...], ...]:
    """What looks first; what changes something stands below, and names target and host."""
    host, name = call.host.name, row.name.raw

    def offered(verb: str, label: Message) -> tuple[Button, ...]:
        full = f"container {verb}"
        return (Button(label, (*full.split(), name), host=host),) if may(call, full) else ()

    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    looks = (*offered("logs", msg("Logs")), *offered("inspect", msg("Details")), refresh)
    shown = at(row.name, host)
    changes: list[tuple[Button, ...]] = []
    if row.state == "paused":
        changes.append(offered("unpause", msg("Let {name} go on", name=shown)))
    elif row.state in _DOWN:
        changes.append(offered("start", msg("Start {name}…", name=shown)))
        changes.append(offered("rm", msg("Remove {name}…", name=shown)))
    else:
        changes.append(offered("restart", msg("Restart {name}…", name=shown)))
        changes.append(offered("stop", msg("Stop {name}…", name=shown)))
    return (looks, *filter(None, changes))
