"""`/df`: what takes the disk, and what of it a prune could free."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.spec import command
from bot.hosts.types import DiskUsage
from bot.message import Message, Size, Untrusted, Value, msg
from bot.reply import Button, Reply, Table, Text


@command(
    "system df",
    shortcut="df",
    permission="system.df",
    act=msg("read the disk usage of {host}"),
    cost=10,
    deadline=300.0,
)
async def df(call: Call) -> Reply:
    """Show what takes disk space."""
    usage = await call.host.system.df()
    total, free = _sum(usage)
    host = Untrusted(call.host.name)
    verdict = msg("{host}: Docker takes {total}", host=host, total=Size(total))
    spare = msg("A prune could free at most {size}.", size=Size(free))
    buttons = (
        (Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name),),
        (Button(msg("Prune…"), ("system", "prune"), host=call.host.name),),
    )
    return Reply((Text(verdict), _table(usage), Text(spare)), buttons=buttons)


def _table(usage: DiskUsage) -> Table:
    def row(name: Message, count: int, size: int) -> tuple[Value, ...]:
        return (name, count, Size(size))

    containers = sum(c.size_rw or 0 for c in usage.containers)
    volumes = sum(v.size or 0 for v in usage.volumes)
    rows = (
        row(msg("images"), len(usage.images), usage.layers),
        row(msg("containers"), len(usage.containers), containers),
        row(msg("volumes"), len(usage.volumes), volumes),
        (msg("build cache"), Untrusted(""), Size(usage.build_cache)),
    )
    return Table(rows, right=frozenset({1, 2}))


def _sum(usage: DiskUsage) -> tuple[int, int]:
    """All that is used, and what is used by nothing that runs (volumes aside), in bytes."""
    containers = sum(c.size_rw or 0 for c in usage.containers)
    volumes = sum(v.size or 0 for v in usage.volumes)
    idle = sum(c.size_rw or 0 for c in usage.containers if c.state in {"exited", "created", "dead"})
    images = sum(i.size for i in usage.images if i.containers == 0)
    total = usage.layers + containers + volumes + usage.build_cache
    return total, min(total, idle + images + usage.build_cache_reclaimable)
