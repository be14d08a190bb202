"""What all prunes share: the plan with names and bytes, and the removal of just that, by id.

Nothing is left to the Engine's own prune, which takes whatever is there by then. A thing that has
come into use meanwhile is refused by the Engine and reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.command.call import Call
from bot.command.kinds import Ago, seconds
from bot.command.plan import Item, Plan, of_target
from bot.errors import BotError, NotFound, UsageError
from bot.hosts.prune import (
    NO_FILTERS,
    Filters,
    prunable_containers,
    prunable_images,
    prunable_networks,
    prunable_volumes,
)
from bot.hosts.resolve import Thing, target
from bot.hosts.types import Container, Kind
from bot.message import Code, Message, Size, Untrusted, msg, plural
from bot.reply import Block, Fold, Outcome, Reply, Table, Text

_NAMED = 100
_ORDER = (Kind.CONTAINER, Kind.NETWORK, Kind.VOLUME, Kind.IMAGE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a prune takes into view. `all_` as in `docker image prune -a`."""

    kinds: frozenset[Kind]
    all_images: bool = False
    all_volumes: bool = False
    filters: Filters = NO_FILTERS


def filters_of(call: Call, pairs: Iterable[tuple[str, str]]) -> Filters:
    """`--filter until=24h --filter label=x --filter label!=y`."""
    until: float | None = None
    labels: list[str] = []
    without: list[str] = []
    for key, value in pairs:
        match key:
            case "until":
                until = _until(value, call.services.clock())
            case "label":
                labels.append(value)
            case _:
                without.append(value)
    return Filters(until, tuple(labels), tuple(without))


def _until(value: str, now: float) -> float:
    try:
        return Ago(seconds=seconds(value)).epoch(now)
    except ValueError as error:
        raise UsageError(
            msg("{value} is no duration.", value=Untrusted(value)),
            msg("Write {example}.", example=Code("until=24h")),
        ) from error


async def plan(call: Call, wanted: Wanted) -> Plan:
    """What would go, by kind and in all; the exact list is folded below."""
    items = await _gather(call, wanted)
    host = Untrusted(call.host.name)
    if not items:
        return Plan(msg("{host}: nothing to remove", host=host), msg("Remove"), ())
    size = Size(sum(i.size for i in items))
    count = len(items)
    question = plural(
        "Remove {count} thing on {host}, at most {size}?",
        "Remove {count} things on {host}, at most {size}?",
        count,
        host=host,
        size=size,
    )
    yes = plural("Remove {count} on {host}", "Remove {count} on {host}", count, host=host)
    return Plan(question, yes, items, _blocks(items, wanted))


async def _gather(call: Call, wanted: Wanted) -> tuple[Item, ...]:
    """Containers first: an image or a volume is free only when they have gone."""
    host, kinds, found = call.host, wanted.kinds, []
    containers = await host.inventory.containers(size=Kind.CONTAINER in kinds)
    going: tuple[Container, ...] = ()
    if Kind.CONTAINER in kinds:
        going = prunable_containers(containers, wanted.filters)
        found += [_item(c, host.name, c.size_rw or 0) for c in going]
    left = [c for c in containers if c not in going]
    if Kind.NETWORK in kinds:
        networks = prunable_networks(await host.networks.list(), left, wanted.filters)
        found += [_item(n, host.name) for n in networks]
    if Kind.VOLUME in kinds:
        volumes = prunable_volumes(
            await host.volumes.list(), left, all=wanted.all_volumes, filters=wanted.filters
        )
        found += [_item(v, host.name, v.size or 0) for v in volumes]
    if Kind.IMAGE in kinds:
        images = prunable_images(
            await host.images.list(), left, all=wanted.all_images, filters=wanted.filters
        )
        found += [_item(i, host.name, i.size) for i in images]
    return tuple(found)


def _item(thing: Thing, host: str, size: int = 0) -> Item:
    item = of_target(target(thing, host, ""))
    return Item(item.kind, item.id, item.name, item.state, size)


def _blocks(items: Sequence[Item], wanted: Wanted) -> tuple[Block, ...]:
    counts = Table(
        tuple(
            (_count(kind, of_kind), Size(sum(i.size for i in of_kind)))
            for kind in _ORDER
            if (of_kind := [i for i in items if i.kind is kind])
        ),
        right=frozenset({1}),
    )
    names = Table(tuple((i.name, Size(i.size)) for i in items[:_NAMED]), right=frozenset({1}))
    notes = [Text(msg("Cannot be undone. Only these."))]
    if Kind.VOLUME not in wanted.kinds:
        notes.insert(0, Text(msg("Volumes: none, ever, unless asked.")))
    biggest = max(items, key=lambda i: i.size)
    if biggest.size and len(items) > 1:
        size = Size(biggest.size)
        notes.insert(0, Text(msg("Biggest: {name} {size}", name=biggest.name, size=size)))
    return (counts, *notes, Fold((names,)))


def _count(kind: Kind, items: Sequence[Item]) -> Message:
    n = len(items)
    match kind:
        case Kind.CONTAINER:
            return plural("{count} stopped container", "{count} stopped containers", n)
        case Kind.NETWORK:
            return plural("{count} unused network", "{count} unused networks", n)
        case Kind.VOLUME:
            return plural("{count} unused volume", "{count} unused volumes", n)
        case Kind.IMAGE:
            return plural("{count} unused image", "{count} unused images", n)


async def remove(call: Call) -> Reply:
    """Remove the items that were agreed to, one after the other, and report each refusal."""
    freed, done, refused = 0, 0, []
    for item in call.items:
        if call.operation is not None and call.operation.cancelled.is_set():
            break
        try:
            await _remove(call, item)
        except NotFound:
            continue  # somebody else was quicker; it is gone, which is what was wanted
        except BotError as error:
            refused.append((item, error))
        else:
            done += 1
            freed += item.size
    return _report(call, done, freed, refused)


async def _remove(call: Call, item: Item) -> None:
    match item.kind:
        case Kind.CONTAINER:
            await call.host.containers.remove(item.id)
        case Kind.NETWORK:
            await call.host.networks.remove(item.id)
        case Kind.VOLUME:
            await call.host.volumes.remove(item.id)
        case Kind.IMAGE:
            await call.host.images.remove(item.id)


def _report(call: Call, done: int, freed: int, refused: Sequence[tuple[Item, BotError]]) -> Reply:
    host = Untrusted(call.host.name)
    verdict = plural(
        "{host}: removed {count} thing, at most {size}",
        "{host}: removed {count} things, at most {size}",
        done,
        host=host,
        size=Size(freed),
    )
    why = tuple(
        Text(msg("x {name}: {why}", name=item.name, why=error.message)) for item, error in refused
    )
    left = (
        (Text(plural("{count} was refused:", "{count} were refused:", len(why))), Fold(why))
        if why
        else ()
    )
    stopped = call.operation is not None and call.operation.cancelled.is_set()
    note = (Text(msg("It was stopped before the rest.")),) if stopped else ()
    partial = Outcome.PARTIAL if done else Outcome.FAILED
    return Reply(
        (Text(verdict), *left, *note), outcome=partial if why or stopped else Outcome.FINISHED
    )
