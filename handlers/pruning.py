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
    prunable_builds,
    prunable_containers,
    prunable_images,
    prunable_networks,
    prunable_volumes,
    without,
)
from bot.hosts.resolve import Thing, target
from bot.hosts.types import Container, DiskUsage, Kind
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
    type=filters("label", "label!", "all"),
    help="Only what fits, as in label=tier=test",
)
# Docker's way not to be asked. A line pasted from a terminal runs, and asks all the same.
asks_all_the_same = option(
    "-f", "--force", is_flag=True, expose_value=False, help="As with Docker, but I ask all the same"
)

_COUNTING = 3.0  # seconds
_ORDER = (Kind.CONTAINER, Kind.NETWORK, Kind.VOLUME, Kind.IMAGE, Kind.BUILD_CACHE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a prune takes into view. `all_` as in `docker image prune -a`."""

    kinds: frozenset[Kind]
    all_images: bool = False
    all_volumes: bool = False
    all_builds: bool = False
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
            case "label!":
                without.append(value)
    return Filters(until, tuple(labels), tuple(without))


async def plan(call: Call, wanted: Wanted) -> Plan:
    """What would go, by kind and in all; the exact list is folded below."""
    items, counted = await _gather(call, wanted)
    host = Untrusted(call.host.name)
    count = len(items)
    late = () if counted else (Text(msg("Build cache: not counted in time, it stays.")),)
    if not items:
        nothing = msg("{host}: nothing to remove", host=host)
        return Plan(nothing, msg("Remove"), (), (*late, *_spared(wanted)))
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
    return Plan(question, yes, items, _blocks(items, wanted, late))


async def _gather(call: Call, wanted: Wanted) -> tuple[tuple[Item, ...], bool]:
    """What would go, and whether the build cache could be counted, if that was wanted.

    Containers first: an image or a volume is free only when they have gone.
    """
    host, kinds, found = call.host, wanted.kinds, []
    usage: DiskUsage | None = None
    cache = Kind.BUILD_CACHE in kinds and wanted.filters.fits({})
    if cache:
        usage = await counted(host)
    containers = await host.inventory.containers(size=Kind.CONTAINER in kinds)
    going: tuple[Container, ...] = ()
    if Kind.CONTAINER in kinds:
        going = prunable_containers(containers, wanted.filters)
        found += [_item(c, host.name, c.size_rw or 0) for c in going]
    left = without(containers, going)
    if Kind.NETWORK in kinds:
        networks = prunable_networks(await host.networks.list(), left, wanted.filters)
        found += [_item(n, host.name) for n in networks]
    if Kind.VOLUME in kinds:
        volumes = prunable_volumes(
            await host.volumes.list(), left, all=wanted.all_volumes, filters=wanted.filters
        )
        if volumes and not cache:
            usage = await counted(host)
        sizes = {v.name: v.size or 0 for v in usage.volumes} if usage else {}
        found += [_item(v, host.name, sizes.get(v.name, 0)) for v in volumes]
    if Kind.IMAGE in kinds:
        images = prunable_images(
            await host.images.list(), left, all=wanted.all_images, filters=wanted.filters
        )
        found += [_item(i, host.name, i.size) for i in images]
    builds = _builds(call, wanted, usage) if cache else ()
    return (*found, *builds), not cache or usage is not None or bool(builds)


async def counted(host: Host) -> DiskUsage | None:
    """What the disk holds, where the Engine can tell that soon: it may count for minutes."""
    try:
        async with asyncio.timeout(_COUNTING):
            return await host.system.df(recent=True)
    except (BotError, TimeoutError):
        return None


def _builds(call: Call, wanted: Wanted, usage: DiskUsage | None) -> tuple[Item, ...]:
    """All of the build cache that would go, as one thing: what was used since its count stays.

    So what was agreed to is still right where it cannot be counted again in time.
    """
    if usage is None:
        agreed = call.confirmation.items if call.confirmation else ()
        return tuple(item for item in agreed if item.kind is Kind.BUILD_CACHE)
    every, filters = wanted.all_builds, wanted.filters
    size = sum(r.size for r in prunable_builds(usage.builds, all=every, filters=filters))
    if not size:
        return ()
    began = call.services.clock() - usage.age
    at = began if filters.until is None else min(began, filters.until)
    which, name = "all" if every else "unused", Untrusted("build cache")
    return (Item(Kind.BUILD_CACHE, which, name, size=size, at=at),)


def _item(thing: Thing, host: str, size: int = 0) -> Item:
    item = of_target(target(thing, host))
    return Item(item.kind, item.id, item.name, item.state, size)


def _spared(wanted: Wanted) -> tuple[Block, ...]:
    """Where nothing would go: what would with one more flag."""
    if Kind.IMAGE in wanted.kinds and not wanted.all_images:
        return (Text(msg("Images with a tag stay; {flag} takes those too.", flag=Code("-a"))),)
    if Kind.VOLUME in wanted.kinds and not wanted.all_volumes:
        return (Text(msg("Volumes with a name stay; {flag} takes those too.", flag=Code("-a"))),)
    return ()


def _blocks(items: Sequence[Item], wanted: Wanted, late: Sequence[Block]) -> tuple[Block, ...]:
    groups = [(kind, [i for i in items if i.kind is kind]) for kind in _ORDER]
    groups = [(kind, group) for kind, group in groups if group]
    counts = Table(
        tuple((_count(kind, group), _bytes(group)) for kind, group in groups), right=frozenset({1})
    )
    blocks: list[Block] = [counts, *late]
    listed = [(kind, group) for kind, group in groups if kind is not Kind.BUILD_CACHE]
    each = [item for _, group in listed for item in group]
    biggest = max(each, key=lambda i: i.size, default=None)
    if biggest and biggest.size and len(each) > 1:
        size = Size(biggest.size)
        blocks.append(Text(msg("Biggest: {name} {size}", name=biggest.name, size=size)))
    if len(wanted.kinds) > 1 and Kind.VOLUME not in wanted.kinds:
        blocks.append(Text(msg("Volumes: none, ever, unless asked.")))
    blocks.append(Text(_only(len(items))))
    names: list[Text | Table] = []
    for kind, group in listed:
        names += [Text(_count(kind, group))] if len(groups) > 1 else []
        rows = tuple((i.name, _bytes([i])) for i in group)
        names.append(Table(rows, right=frozenset({1})))
    return (*blocks, Fold(tuple(names))) if names else tuple(blocks)


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
        case Kind.BUILD_CACHE:
            return msg("build cache")
        case Kind.PATH | Kind.STACK:
            raise LookupError(f"no prune is about a {kind.value}")
