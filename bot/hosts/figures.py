"""The figures of `docker stats`, from an Engine's raw counters (docker/cli `stats_helpers.go`)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.hosts.answer import identity, integer, mapping, moment, optional, sequence, string
from bot.hosts.types import Stats
from bot.message import Untrusted

_NANOS = 1e9


def reading(
    value: object, before: Mapping[str, object] | None = None, *, podman: bool = False
) -> Stats:
    """`GET /containers/{id}/stats`: with the `counted` of one before it, CPU is known.

    That one is in the answer itself where the Engine has taken two.
    """
    raw = mapping(value)
    if before is None:
        before = mapping(raw.get("precpu_stats"))
    now = mapping(raw.get("cpu_stats"))
    memory = mapping(raw.get("memory_stats"))
    networks = [mapping(card) for card in mapping(raw.get("networks")).values()]
    return Stats(
        id=identity(raw, "id"),
        name=Untrusted(string(raw, "name").removeprefix("/")),
        cpu=cpu_by_time(before, counted(raw)) if podman else cpu(before, now),
        memory=used(memory),
        limit=optional(memory, "limit"),
        received=sum(integer(card, "rx_bytes") for card in networks),
        sent=sum(integer(card, "tx_bytes") for card in networks),
        read=_blocks(raw, "read"),
        written=_blocks(raw, "write"),
        pids=optional(mapping(raw.get("pids_stats")), "current"),
    )


def cpu(before: Mapping[str, object], now: Mapping[str, object]) -> float | None:
    """Percent of one core, up to cores × 100. None without a sample before, or after a restart."""
    system_before = integer(before, "system_cpu_usage")
    used_delta = _total(now) - _total(before)
    system_delta = integer(now, "system_cpu_usage") - system_before
    if not system_before or system_delta <= 0 or used_delta < 0:
        return None
    each = sequence(mapping(now.get("cpu_usage")).get("percpu_usage"))
    cores = integer(now, "online_cpus") or len(each) or 1
    return used_delta / system_delta * cores * 100.0


def counted(raw: Mapping[str, object]) -> Mapping[str, object]:
    """What CPU needs of a sample for the next one: the cores of a large machine are left out."""
    now = mapping(raw.get("cpu_stats"))
    return {
        "cpu_usage": {"total_usage": _total(now)},
        "system_cpu_usage": integer(now, "system_cpu_usage"),
        "read": raw.get("read"),
    }


def cpu_by_time(before: Mapping[str, object], now: Mapping[str, object]) -> float | None:
    """The same of Podman, whose `system_cpu_usage` has no idle time: by when it was `read`."""
    begun, ended = moment(before, "read"), moment(now, "read")
    used_delta = _total(now) - _total(before)
    if begun is None or ended is None or ended <= begun or used_delta < 0:
        return None
    return used_delta / _NANOS / (ended - begun) * 100.0


def _total(sample: Mapping[str, object]) -> int:
    return integer(mapping(sample.get("cpu_usage")), "total_usage")


def used(memory: Mapping[str, object]) -> int | None:
    """Bytes in use without the page cache that could be given back: cgroup v1, then v2."""
    usage = optional(memory, "usage")
    if usage is None:
        return None
    details = mapping(memory.get("stats"))
    for key in ("total_inactive_file", "inactive_file"):
        cache = optional(details, key)
        if cache is not None and cache < usage:
            return usage - cache
    return usage


def _blocks(raw: Mapping[str, object], operation: str) -> int:
    rows = sequence(mapping(raw.get("blkio_stats")).get("io_service_bytes_recursive"))
    return sum(
        integer(row, "value")
        for row in map(mapping, rows)
        if string(row, "op").lower() == operation
    )
