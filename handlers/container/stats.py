"""`/stats`: one reading of what containers use."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.kinds import choice
from bot.command.plan import Item
from bot.command.spec import command, option, targets
from bot.errors import DockerFault
from bot.hosts.types import Container, Kind, Stats, Target
from bot.message import Message, Percent, Size, Untrusted, Value, msg, plural
from bot.reply import Button, Fold, Outcome, Reply, Table, Text

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
    asked: Sequence[Item | Container] = call.items
    if not asked:
        asked = await call.host.inventory.containers(all=False)
    found = await call.host.stats.once([one.id for one in asked])
    readings = sorted((r for r in found if isinstance(r, Stats)), key=_SORTS[sort])
    faults = [fault for fault in found if isinstance(fault, DockerFault)]
    if faults and len(faults) == len(found):
        raise faults[0]
    notes = [
        Text(_lacking(at(one.name, call.host.name), result))
        for one, result in zip(asked, found, strict=True)
        if isinstance(result, DockerFault) or (result is None and call.items)
    ]
    lacking = (Fold(tuple(notes)),) if len(notes) > _SHOWN else tuple(notes)
    verdict, figures = _told(call, readings, len(faults))
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name)
    return Reply(
        (*verdict, *lacking, *figures),
        buttons=((refresh,),),
        outcome=Outcome.PARTIAL if faults else Outcome.FINISHED,
    )


def _lacking(name: Untrusted, result: DockerFault | None) -> Message:
    """Why there are no figures of it."""
    if result is None:
        return msg("x {name}: does not run", name=name)
    return msg("? {name}: unknown. {why}", name=name, why=result.message)


def _told(
    call: Call, readings: list[Stats], failed: int
) -> tuple[Sequence[Text], Sequence[Table | Fold]]:
    """The verdict, and what stands below; nothing where what was asked for does not run."""
    if len(readings) == 1 and call.items:
        return [_verdict_of_one(call, readings[0])], [_one(readings[0])]
    if readings:
        return [Text(_verdict(call, readings, failed))], _many(readings)
    if call.items or failed:
        return [], []
    return [Text(msg("{host}: no container runs", host=Untrusted(call.host.name)))], []


def _verdict(call: Call, readings: list[Stats], failed: int) -> Message:
    """How many, and the memory of those whose memory is known."""
    host, count = Untrusted(call.host.name), len(readings) + failed
    known = [r.memory for r in readings if r.memory is not None]
    if not known:
        return plural(
            "{host}: {count} container, memory unknown",
            "{host}: {count} containers, memory unknown",
            count,
            host=host,
        )
    memory = Size(sum(known))
    if len(known) < count:
        return plural(
            "{host}: {known} of {count} container, {memory}",
            "{host}: {known} of {count} containers, {memory}",
            count,
            host=host,
            known=len(known),
            memory=memory,
        )
    return plural(
        "{host}: {count} container, {memory}",
        "{host}: {count} containers, {memory}",
        count,
        host=host,
        memory=memory,
    )


def _verdict_of_one(call: Call, reading: Stats) -> Text:
    cpu = msg("CPU unknown") if reading.cpu is None else msg("{share} CPU", share=_cpu(reading))
    memory = msg("memory unknown") if reading.memory is None else _memory(reading)
    name = at(reading.name, call.host.name)
    return Text(msg("{name}: {cpu}, {memory}", name=name, cpu=cpu, memory=memory))


def _one(reading: Stats) -> Table:
    """All other figures of one container, one a line."""
    limit = ((msg("memory limit"), Size(reading.limit)),) if reading.limit else ()
    rows = (
        *limit,
        (msg("network in"), Size(reading.received)),
        (msg("network out"), Size(reading.sent)),
        (msg("disk read"), Size(reading.read)),
        (msg("disk written"), Size(reading.written)),
        (msg("processes"), _pids(reading)),
    )
    return Table(rows, right=frozenset({1}))


def _many(readings: list[Stats]) -> tuple[Table, Fold]:
    """The first of the order asked for; all others, and the other figures, are folded."""
    listed, rest = readings[:_LISTED], readings[_SHOWN:_LISTED]
    more = len(readings) - len(listed)
    folded = (
        *((_usage(rest),) if rest else ()),
        *((Text(msg("and {more} more", more=more)),) if more else ()),
        _details(listed),
    )
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
