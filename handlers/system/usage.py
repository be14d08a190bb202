"""What `docker system df` counts, as its `--format` has it (docker/cli `disk_usage.go`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.hosts.types import BuildRecord, DiskUsage
from bot.reply import docker
from handlers.container.columns import COLUMNS as OF_CONTAINERS
from handlers.formatted import Columns, Look
from handlers.image.columns import COLUMNS as OF_IMAGES
from handlers.image.columns import named
from handlers.users import runs
from handlers.volume.columns import COLUMNS as OF_VOLUMES

T = TypeVar("T")
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of things. Sizes are in bytes; `share`: Docker tells how much of all is free."""

    name: str
    total: int
    active: int
    size: int
    free: int
    share: bool = True


def kinds(usage: DiskUsage) -> Iterator[Kind]:
    """The four that there are. What images share is not free, so it counts as used."""
    images, builds = usage.images, usage.builds
    used = sum(max(0, i.size - i.shared) for i in images if i.users and i.shared is not None)
    count = sum(bool(i.users) for i in images)
    yield Kind("Images", len(images), count, usage.layers, usage.layers - used)
    sizes = [(runs(c), c.size_rw or 0) for c in usage.containers]
    yield _kind("Containers", sizes)
    yield _kind("Local Volumes", [(bool(v.users), v.size or 0) for v in usage.volumes])
    busy = sum(b.size for b in builds if b.in_use and not b.shared)
    count, size = sum(b.in_use for b in builds), usage.build_cache
    yield Kind("Build Cache", len(builds), count, size, size - busy, share=False)


def _kind(name: str, things: list[tuple[bool, int]]) -> Kind:
    """Of things that are in use or not, each with its size."""
    free = sum(size for used, size in things if not used)
    count = sum(used for used, _ in things)
    return Kind(name, len(things), count, sum(size for _, size in things), free)


def _free(kind: Kind, _look: Look) -> str:
    amount = docker.decimal(kind.free, _DIGITS)
    return f"{amount} ({kind.free * 100 // kind.size}%)" if kind.share and kind.size else amount


COLUMNS: Columns[Kind] = {
    "Type": lambda kind, _: kind.name,
    "TotalCount": lambda kind, _: str(kind.total),
    "Active": lambda kind, _: str(kind.active),
    "Size": lambda kind, _: docker.decimal(kind.size, _DIGITS),
    "Reclaimable": _free,
}
_OF_BUILDS: Columns[BuildRecord] = {
    "CacheType": lambda b, _: b.what.raw,
    "InUse": lambda b, _: "true" if b.in_use else "false",
    "LastUsedSince": lambda b, look: "" if b.used is None else docker.ago(look.now - b.used),
    "Shared": lambda b, _: "true" if b.shared else "false",
    "Size": lambda b, _: docker.decimal(b.size),
}


def everything(usage: DiskUsage, look: Look) -> bytes:
    """Each thing with its fields, as JSON: Docker's `-v --format json`."""
    images = named(usage.images, digests=False)
    found = {
        "Images": [_fields(i, OF_IMAGES, look) for i in images],
        "Containers": [_fields(c, OF_CONTAINERS, look) for c in usage.containers],
        "Volumes": [_fields(v, OF_VOLUMES, look) for v in usage.volumes],
        "BuildCache": [_fields(b, _OF_BUILDS, look) for b in usage.builds],
    }
    return json.dumps(found, indent=2, ensure_ascii=False).encode(errors="replace")


def _fields(thing: T, columns: Columns[T], look: Look) -> Mapping[str, Any]:
    return {name: of(thing, look) for name, of in columns.items()}
