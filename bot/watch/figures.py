"""The figures of a host's containers as rules name them, from the last two sweeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.hosts.types import Stats, Sweep
from bot.watch.watched import Watched

_NONE: Mapping[str, float | None] = MappingProxyType({})


@dataclass(slots=True)
class Figures:
    """Of one host. A sweep counts for `good` seconds of `clock`; what is older is not known."""

    good: float
    clock: Callable[[], float]
    _last: Sweep | None = None
    _taken: float = 0.0
    _found: dict[str, Mapping[str, float | None]] = field(default_factory=dict)

    def take(self, sweep: Sweep) -> None:
        """Take in a sweep."""
        last, self._last, self._taken = self._last, sweep, self.clock()
        passed = sweep.asked - last.asked if last else 0.0
        before = last.readings if last else {}
        self._found = {
            id_: _figures(stats, before.get(id_), passed) for id_, stats in sweep.readings.items()
        }

    def value(self, one: Watched, metric: str) -> float | None:
        """A figure of a container; None where it is not known now."""
        if metric == "age":
            return self.clock() - one.created if one.created else None
        return self._found.get(one.id, _NONE).get(metric) if self._fresh else None

    def host(self, metric: str) -> float | None:
        """A figure of the host itself; None where it is not known now."""
        machine = self._last.machine if self._last and self._fresh else None
        if machine is None:
            return None
        match metric:
            case "host_cpu":
                return machine.cpu
            case "host_mem":
                return 100.0 * machine.memory / machine.total
            case _:
                return machine.disk

    @property
    def _fresh(self) -> bool:
        return 0 <= self.clock() - self._taken < self.good


def _figures(stats: Stats, before: Stats | None, seconds: float) -> Mapping[str, float | None]:
    memory, limit = stats.memory, stats.limit
    return {
        "cpu": stats.cpu,
        "mem": 100.0 * memory / limit if memory is not None and limit else None,
        "mem_bytes": memory,
        "pids": stats.pids,
        "net": _rate(_net, stats, before, seconds),
        "io": _rate(_io, stats, before, seconds),
    }


def _rate(
    count: Callable[[Stats], int], now: Stats, before: Stats | None, seconds: float
) -> float | None:
    """Bytes a second; None where it has begun anew, or was not read before."""
    if before is None or seconds <= 0 or count(now) < count(before):
        return None
    return (count(now) - count(before)) / seconds


def _net(stats: Stats) -> int:
    return stats.received + stats.sent


def _io(stats: Stats) -> int:
    return stats.read + stats.written
