"""How a reading of `/stats` is shown: one container in full, many as a table and what it hides."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.errors import DockerFault
from bot.hosts.types import Stats
from bot.message import Message, Percent, Size, Untrusted, Value, msg, plural
from bot.reply import Block, Fold, Table, Text
from handlers.container.readings import Entry, Round

_SHOWN = 10
_LISTED = 150


def figures(call: Call, read: Round) -> tuple[Block, ...]:
    """The verdict, what could not be read, and the figures."""
    notes = tuple(_note(call, e) for e in read.entries if not isinstance(e.result, Stats))
    folded = (Fold(notes),) if len(notes) > _SHOWN else notes
    verdict, tables = _told(call, read)
    return (*verdict, *folded, *tables)


def _note(call: Call, entry: Entry) -> Text:
    """Why there are no figures of it."""
    name = at(entry.name, call.host.name)
    if isinstance(entry.result, DockerFault):
        return Text(msg("? {name}: unknown. {why}", name=name, why=entry.result.message))
    return Text(msg("x {name}: does not run", name=name))


def _told(call: Call, read: Round) -> tuple[Sequence[Text], Sequence[Table | Fold]]:
    """The verdict, and what stands below; nothing where what was asked for does not run."""
    readings, failed = read.readings, read.failed
    if len(readings) == 1 and call.items:
        return [_verdict_of_one(call, readings[0])], [_one(readings[0])]
    if readings:
        return [Text(_verdict(call, readings, len(failed)))], _many(readings)
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
        _network(listed),
        _disk(listed),
    )
    return (_usage(readings[:_SHOWN]), Fold(folded))


def _usage(readings: list[Stats]) -> Table:
    head = (msg("name"), msg("cpu"), msg("mem"))
    rows = tuple((r.name, _cpu(r), _memory(r)) for r in readings)
    return Table(rows, head=head, right=frozenset({1, 2}))


def _network(readings: list[Stats]) -> Table:
    head = (msg("name"), msg("net in"), msg("net out"), msg("pids"))
    rows = tuple((r.name, Size(r.received), Size(r.sent), _pids(r)) for r in readings)
    return Table(rows, head=head, right=frozenset({1, 2, 3}))


def _disk(readings: list[Stats]) -> Table:
    head = (msg("name"), msg("disk in"), msg("disk out"))
    rows = tuple((r.name, Size(r.read), Size(r.written)) for r in readings)
    return Table(rows, head=head, right=frozenset({1, 2}))


def _cpu(reading: Stats) -> Value:
    return Percent(reading.cpu) if reading.cpu is not None else _unknown()


def _memory(reading: Stats) -> Value:
    return Size(reading.memory) if reading.memory is not None else _unknown()


def _pids(reading: Stats) -> Value:
    return reading.pids if reading.pids is not None else _unknown()


def _unknown() -> Message:
    return msg("–")
