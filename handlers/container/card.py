"""`/web`: a container on one screen, and what its reader may do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.command.call import Call, at
from bot.command.spec import command, flag, targets
from bot.errors import BotError
from bot.hosts.types import Container, Details, Kind, Stats, Target
from bot.message import Message, Percent, Size, Value, msg
from bot.reply import Reply, Table, Text
from bot.reply.containers import state_of
from bot.reply.ports import places
from handlers.container.deeds import deeds, typed

_SOON = 3.0  # seconds for the figures: older Engines wait for their collector's next round
_PORTS = 4


@command(
    "container card",
    permission="container.ls",
    act=msg("look at {target}"),
    cost=2,
    hidden=True,
)
@targets(Kind.CONTAINER, nargs=1)
@flag("--more", help="Offer all that you may do with it")
async def card(call: Call, container: Target, *, more: bool) -> Reply:
    """Show a container, and what you may do with it."""
    row = next(thing for thing in call.seen if isinstance(thing, Container))
    details, stats = await asyncio.gather(_details(call, row), _stats(call, row))
    name = at(container.name, container.host)
    verdict = msg("{name}: {state}", name=name, state=state_of(row))
    table = Table(tuple(_rows(row, details, stats)))
    lines = typed(call, row) if more else ()
    return Reply((Text(verdict), table, *lines), buttons=deeds(call, row))


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
        yield from _ports(details)
        if details.restarts:
            yield msg("restarts"), details.restarts
    if row.state == "running":
        yield msg("cpu"), _cpu(stats)
        yield msg("memory"), _memory(stats)


def _ports(details: Details) -> Iterator[tuple[Value, ...]]:
    """A line for each, the first few: the whole list is a tap away."""
    found = places(details.ports)
    for place in found[:_PORTS]:
        yield msg("port"), place
    if len(found) > _PORTS:
        yield msg("ports"), msg("+{more} more", more=len(found) - _PORTS)


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
