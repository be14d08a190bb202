"""`/stats`: one reading of what containers use."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.kinds import choice
from bot.command.spec import command, option, targets
from bot.hosts.types import Kind, Stats, Target
from bot.message import Message, Percent, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Button, Fold, Reply, Table, Text

_SORTS = {
    "cpu": lambda s: -(s.cpu or 0.0),
    "mem": lambda s: -(s.memory or 0),
    "name": lambda s: s.name.raw.lower(),
}
_SHOWN = 10
_LISTED = 150


@command(
    "container stats",
    shortcut="stats",
    permission="container.stats",
    act=msg("read the figures of {host}"),
    cost=3,
)
@targets(Kind.CONTAINER, required=False)
@option("--sort", type=choice(*_SORTS), default="cpu", help="Sort by cpu, mem or name")
async def stats(call: Call, containers: tuple[Target, ...], sort: str) -> Reply:
    """Show what containers use now: CPU, memory, network."""
    ids = [item.id for item in call.items]
    if not ids:
        running = await call.host.inventory.containers(all=False)
        ids = [c.id for c in running]
    readings = sorted(await call.host.stats.once(ids), key=_SORTS[sort])
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name)
    if len(readings) == 1 and call.items:
        return Reply(_one(call, readings[0]), buttons=((refresh,),))
    host = Untrusted(call.host.name)
    if not readings:
        return Reply((Text(msg("{host}: nothing runs", host=host)),), buttons=((refresh,),))
    verdict = plural(
        "{host}: {count} container, {memory}",
        "{host}: {count} containers, {memory}",
        len(readings),
        host=host,
        memory=Size(sum(r.memory or 0 for r in readings)),
    )
    return Reply((Text(verdict), *_many(readings)), buttons=((refresh,),))


def _one(call: Call, reading: Stats) -> tuple[Block, ...]:
    """All figures of one container, one a line."""
    verdict = msg(
        "{name}: {cpu} CPU, {memory}",
        name=at(reading.name, call.host.name),
        cpu=_cpu(reading),
        memory=_memory(reading),
    )
    limit = ((msg("memory limit"), Size(reading.limit)),) if reading.limit else ()
    rows = (
        *limit,
        (msg("network in"), Size(reading.received)),
        (msg("network out"), Size(reading.sent)),
        (msg("disk read"), Size(reading.read)),
        (msg("disk written"), Size(reading.written)),
        (msg("processes"), _pids(reading)),
    )
    return (Text(verdict), Table(rows, right=frozenset({1})))


def _many(readings: list[Stats]) -> tuple[Block, ...]:
    """The first of the order asked for; all others, and the other figures, are folded."""
    listed, rest = readings[:_LISTED], readings[_SHOWN:_LISTED]
    folded = (*((_usage(rest),) if rest else ()), _details(listed))
    return (_usage(readings[:_SHOWN]), Fold(folded))


def _usage(readings: list[Stats]) -> Table:
    head = (msg("name"), msg("cpu"), msg("mem"))
    rows = tuple((r.name, _cpu(r), _memory(r)) for r in readings)
    return Table(rows, head=head, right=frozenset({1, 2}))


def _details(readings: list[Stats]) -> Table:
    head = (msg("name"), msg("net in"), msg("net out"), msg("pids"))
    rows = tuple((r.name, Size(r.received), Size(r.sent), _pids(r)) for r in readings)
    return Table(rows, head=head, right=frozenset({1, 2, 3}))


def _cpu(reading: Stats) -> Value:
    return Percent(reading.cpu) if reading.cpu is not None else _unknown()


def _memory(reading: Stats) -> Value:
    return Size(reading.memory) if reading.memory is not None else _unknown()


def _pids(reading: Stats) -> Value:
    return reading.pids if reading.pids is not None else _unknown()


def _unknown() -> Message:
    return msg("–")
