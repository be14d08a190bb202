"""The limits of a container: the options that change them, and how each is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.command.sizes import Restart
from bot.hosts import limits
from bot.message import Code, Message, Untrusted, Value, msg

_BILLION = 1_000_000_000
_UNITS = (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10))


def memory(amount: int) -> Value:
    """An amount of memory as it is typed, `512m`, as exact as fits; 0 and less is no limit."""
    if amount <= 0:
        return msg("no limit")
    for unit, size in _UNITS:
        if amount % size == 0:
            return Code(f"{amount // size}{unit}")
    unit, size = next((pair for pair in _UNITS if amount >= pair[1]), ("", 1))
    return Code(f"{amount / size:.1f}{unit}")


def cpus(nano: int) -> Value:
    """A number of CPUs as it is typed."""
    return Code(f"{nano / _BILLION:g}") if nano else msg("no limit")


def count(value: int) -> Value:
    """A count; 0 and less is no limit."""
    return Code(str(value)) if value > 0 else msg("no limit")


def plain(value: int) -> Value:
    """A number that has a usual value, which Docker writes as 0."""
    return Code(str(value)) if value else msg("not set")


def text(value: Untrusted) -> Value:
    """A list, or a policy."""
    return value if value.raw else msg("not set")


@dataclass(frozen=True, slots=True)
class Limit:
    """An option of `docker update`: the parameter, the Engine's name, how its value is said."""

    param: str
    key: str
    said: Callable[[Any], Value]

    @property
    def name(self) -> Code:
        """Docker's word for it."""
        return Code(self.param.replace("_", "-"))


LIMITS = (
    Limit("memory", "Memory", memory),
    Limit("memory_swap", "MemorySwap", memory),
    Limit("memory_reservation", "MemoryReservation", memory),
    Limit("cpus", "NanoCpus", cpus),
    Limit("cpu_shares", "CpuShares", plain),
    Limit("cpu_period", "CpuPeriod", plain),
    Limit("cpu_quota", "CpuQuota", plain),
    Limit("cpu_rt_period", "CpuRealtimePeriod", plain),
    Limit("cpu_rt_runtime", "CpuRealtimeRuntime", plain),
    Limit("cpuset_cpus", "CpusetCpus", text),
    Limit("cpuset_mems", "CpusetMems", text),
    Limit("blkio_weight", "BlkioWeight", plain),
    Limit("pids_limit", "PidsLimit", count),
    Limit("restart", limits.POLICY, text),
)


def wanted(params: Mapping[str, Any]) -> Mapping[str, object]:
    """What was asked for, as the Engine takes it."""
    given = {limit.key: params[limit.param] for limit in LIMITS if params[limit.param] is not None}
    policy = given.get(limits.POLICY)
    if isinstance(policy, Restart):
        given[limits.POLICY] = {"Name": policy.name, "MaximumRetryCount": policy.retries}
    return given


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one limit: the option, and old and new, or that it is as before."""

    name: Code
    told: Message


def changes(
    before: Mapping[str, int | Untrusted],
    after: Mapping[str, int | Untrusted],
    asked: Mapping[str, object],
) -> tuple[Change, ...]:
    """Each that was asked for, and what the Engine changed along with it."""
    found = []
    for limit in LIMITS:
        old, new = before[limit.key], after[limit.key]
        if old != new:
            told = msg("{old} → {new}", old=limit.said(old), new=limit.said(new))
        elif limit.key in asked:
            told = msg("{old}, as before", old=limit.said(old))
        else:
            continue
        found.append(Change(limit.name, told))
    return tuple(found)
