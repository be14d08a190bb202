"""One reading of what containers use: of each its figures, why there are none, or that it is down.

And the fields of `docker stats` for `--format`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import DockerFault
from bot.hosts.stats import Reading
from bot.hosts.types import Container, Stats
from bot.message import Untrusted
from bot.reply import docker
from bot.reply.syntax import read
from handlers.formatted import Columns, Look

SORTS: dict[str, Callable[[Stats], Any]] = {
    "cpu": lambda s: -(s.cpu or 0.0),
    "mem": lambda s: -(s.memory or 0),
    "net": lambda s: -(s.received + s.sent),
    "disk": lambda s: -(s.read + s.written),
    "pids": lambda s: -(s.pids or 0),
    "name": lambda s: s.name.raw.lower(),
}
_UP = frozenset({"running", "paused", "restarting"})
_NONE = "--"
TABLE = read(
    "table {{.ID}}\\t{{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}\\t{{.MemPerc}}\\t{{.NetIO}}"
    "\\t{{.BlockIO}}\\t{{.PIDs}}"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One container: what it uses, why that is unknown, or None where it does not run."""

    id: str
    name: Untrusted
    result: Stats | DockerFault | None


@dataclass(frozen=True, slots=True)
class Round:
    """What was read of all that were asked for, in the order that was asked for.

    `age` is how many seconds ago; None where it was just now.
    """

    entries: tuple[Entry, ...]
    age: float | None = None

    @property
    def readings(self) -> list[Stats]:
        """The figures that there are."""
        return [e.result for e in self.entries if isinstance(e.result, Stats)]

    @property
    def failed(self) -> list[DockerFault]:
        """Why some are unknown."""
        return [e.result for e in self.entries if isinstance(e.result, DockerFault)]


async def read_once(call: Call, *, swept: bool = False) -> Round:
    """One reading of each that was named, or of all that run; with `--all` of those that don't.

    `swept`: of those that the last sweep has, what it has.

    Raises:
        DockerFault: there is no way to the Engine.
    """
    every = bool(call.params["all"])
    asked: Sequence[Item | Container] = call.items
    if not asked:
        asked = await call.host.inventory.containers(all=every)
    up = [one for one in asked if isinstance(one, Item) or one.state in _UP]
    kept, age = _swept(call, up) if swept else ({}, None)
    rest = [one.id for one in up if one.id not in kept]
    results: dict[str, Reading] = dict(kept)
    if rest:
        results |= zip(rest, await call.host.stats.once(rest), strict=True)
    entries = [Entry(one.id, one.name, results.get(one.id)) for one in asked]
    if not (call.items or every):  # what has ended meanwhile was not asked for
        entries = [entry for entry in entries if entry.result is not None]
    ordered = sorted(entries, key=lambda entry: _order(entry, call.params["sort"]))
    return Round(tuple(ordered), age if kept else None)


def _swept(call: Call, up: Sequence[Item | Container]) -> tuple[dict[str, Stats], float | None]:
    """What the last sweep has of those that run still, and its age."""
    newest = call.host.sampler.newest()
    if newest is None:
        return {}, None
    sweep, age = newest
    down = {c.id for c in call.seen if isinstance(c, Container) and c.state not in _UP}
    asked = ((one, sweep.readings.get(one.id)) for one in up if one.id not in down)
    # The name may be another by now; without CPU it was the first sweep that saw it.
    found = {o.id: replace(s, name=o.name) for o, s in asked if s and s.cpu is not None}
    return found, age


def _order(entry: Entry, by: str) -> tuple[bool, Any]:
    if isinstance(entry.result, Stats):
        return False, SORTS[by](entry.result)
    return True, 0


def _of(what: Callable[[Stats], str]) -> Callable[[Entry, Look], str]:
    """A field that there is only where figures are."""

    def field(entry: Entry, _look: Look) -> str:
        return what(entry.result) if isinstance(entry.result, Stats) else _NONE

    return field


def _memory(stats: Stats) -> str:
    used = _NONE if stats.memory is None else docker.binary(stats.memory)
    return f"{used} / {docker.binary(stats.limit or 0)}"


def _share(stats: Stats) -> str:
    if stats.memory is None or not stats.limit:
        return docker.percent(None)
    return docker.percent(stats.memory / stats.limit * 100)


COLUMNS: Columns[Entry] = {
    "Container": lambda e, _: e.name.raw,
    "ID": lambda e, look: docker.short(e.id, whole=look.whole),
    "Name": lambda e, _: e.name.raw,
    "CPUPerc": _of(lambda s: docker.percent(s.cpu)),
    "MemUsage": _of(_memory),
    "MemPerc": _of(_share),
    "NetIO": _of(lambda s: f"{docker.decimal(s.received)} / {docker.decimal(s.sent)}"),
    "BlockIO": _of(lambda s: f"{docker.decimal(s.read)} / {docker.decimal(s.written)}"),
    "PIDs": _of(lambda s: _NONE if s.pids is None else str(s.pids)),
}
