"""What all prunes share: policy, filters, which things would go, and the plan that says so.

Nothing is left to the Engine's own prune, which takes whatever is there by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.command.call import Call
from bot.command.kinds import filters, moment
from bot.command.plan import Item, Plan, of_target
from bot.command.spec import Danger, command, option
from bot.errors import BotError
from bot.hosts import Host
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
from bot.message import Code, Message, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Fold, Table, Text

# Declares a prune: a `plan`, a `path`, a `permission` and an `act` are what differs.
prune_command = partial(command, danger=Danger.DESTRUCTIVE, feature="prune", cost=5, deadline=300.0)
by_age_or_label = option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("until", "label", "label!"),
    help="Only what fits, as in until=24h",
)
by_label = option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("label", "label!"),
    help="Only what fits, as in label=tier=test",
)
# Docker's way not to be asked. A line pasted from a terminal runs, and asks all the same.
asks_all_the_same = option(
    "-f", "--force", is_flag=True, expose_value=False, help="As with Docker, but I ask all the same"
)

_COUNTING = 3.0  # seconds
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
                until = call.epoch(moment(value))
            case "label":
                labels.append(value)
            case _:
                without.append(value)
    return Filters(until, tuple(labels), tuple(without))


async def plan(call: Call, wanted: Wanted) -> Plan:
    """What would go, by kind and in all; the exact list is folded below."""
    items = await _gather(call, wanted)
    host = Untrusted(call.host.name)
    count = len(items)
    if not items:
        return Plan(msg("{host}: nothing to remove", host=host), msg("Remove"), (), _spared(wanted))
    size = sum(i.size for i in items)
    question = (
        plural(
            "Remove {count} thing on {host}, at most {size}?",
            "Remove {count} things on {host}, at most {size}?",
            count,
            host=host,
            size=Size(size),
        )
        if size
        else plural(
            "Remove {count} thing on {host}?", "Remove {count} things on {host}?", count, host=host
        )
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
        sizes = await _sizes(host) if volumes else {}
        found += [_item(v, host.name, sizes.get(v.name.raw, 0)) for v in volumes]
    if Kind.IMAGE in kinds:
        images = prunable_images(
            await host.images.list(), left, all=wanted.all_images, filters=wanted.filters
        )
        found += [_item(i, host.name, i.size) for i in images]
    return tuple(found)


async def _sizes(host: Host) -> dict[str, int]:
    """The bytes of volumes, where the Engine can tell them soon: it may count for minutes."""
    try:
        async with asyncio.timeout(_COUNTING):
            usage = await host.system.df()
    except (BotError, TimeoutError):
        return {}
    return {v.name.raw: v.size for v in usage.volumes if v.size is not None}


def _item(thing: Thing, host: str, size: int = 0) -> Item:
    item = of_target(target(thing, host, ""))
    return Item(item.kind, item.id, item.name, item.state, size)


def _spared(wanted: Wanted) -> tuple[Block, ...]:
    """Where nothing would go: what would with one more flag."""
    if Kind.IMAGE in wanted.kinds and not wanted.all_images:
        return (Text(msg("Images with a tag stay; {flag} takes those too.", flag=Code("-a"))),)
    if Kind.VOLUME in wanted.kinds and not wanted.all_volumes:
        return (Text(msg("Volumes with a name stay; {flag} takes those too.", flag=Code("-a"))),)
    return ()


def _blocks(items: Sequence[Item], wanted: Wanted) -> tuple[Block, ...]:
    groups = [(kind, [i for i in items if i.kind is kind]) for kind in _ORDER]
    groups = [(kind, group) for kind, group in groups if group]
    counts = Table(
        tuple((_count(kind, group), _bytes(group)) for kind, group in groups), right=frozenset({1})
    )
    blocks: list[Block] = [counts]
    biggest = max(items, key=lambda i: i.size)
    if biggest.size and len(items) > 1:
        size = Size(biggest.size)
        blocks.append(Text(msg("Biggest: {name} {size}", name=biggest.name, size=size)))
    if len(wanted.kinds) > 1 and Kind.VOLUME not in wanted.kinds:
        blocks.append(Text(msg("Volumes: none, ever, unless asked.")))
    blocks.append(Text(_only(len(items))))
    names: list[Text | Table] = []
    for kind, group in groups:
        names += [Text(_count(kind, group))] if len(groups) > 1 else []
        rows = tuple((i.name, _bytes([i])) for i in group)
        names.append(Table(rows, right=frozenset({1})))
    return (*blocks, Fold(tuple(names)))


def _only(count: int) -> Message:
    if count == 1:
        return msg("Cannot be undone. Only this one.")
    return msg("Cannot be undone. Only these {count}.", count=count)


def _bytes(items: Sequence[Item]) -> Value:
    """What they take; a network takes nothing, and of some things it is not known."""
    size = sum(i.size for i in items)
    return Size(size) if size else Untrusted("")


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
