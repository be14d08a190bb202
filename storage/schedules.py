"""What runs without being asked: what it does, when, for whom, and what became of the last time.

A run is claimed before it begins: its time is taken from the row in the transaction that names the
run, so that nobody finds it due a second time. The name is made of the time, so whoever takes up a
run that did not begin begins the same one. What somebody agreed to is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from storage import instances, sealed
from storage.schema import RowId, metadata


class Missed(StrEnum):
    """What is done about times that nobody was there for."""

    RUN = "run"
    REPORT = "report"


# What was agreed to; the rest may change on the way.
_SEALED = (
    *("bot", "author", "name", "language", "chat", "private", "thread"),
    *("zone", "times", "argv", "host", "missed", "since"),
)
_SEEN = ("next_at", "asked_at", "running", "paused")  # what a run and a person both go by
_SET_BY_RUNS = ("asked_at", "running", "instance", "run_at", "outcome", "skipped")

schedule = Table(
    "schedule",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bot", BigInteger, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(16)),
    Column("chat", BigInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("thread", BigInteger),
    Column("zone", Text, nullable=False),
    Column("times", Text, nullable=False),
    Column("argv", Text, nullable=False),
    Column("host", Text),
    Column("missed", String(8), nullable=False),
    Column("since", Float, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_at", Float),
    Column("reckoned_at", Float, nullable=False),
    Column("asked_at", Float),
    Column("running", String(64)),
    Column("instance", String(64)),
    Column("run_at", Float),
    Column("outcome", String(12)),
    Column("skipped", Integer, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # an old button must not find another's schedule under its number
)
Index(None, schedule.c.next_at)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One, for the person and the chat that it was made by and in.

    `times` is as it was typed, reckoned in `zone`, from `since` on. `next_at` is none once it is
    over, and was `reckoned_at`. `asked_at`: somebody wants it to run now. `running` is the run that
    goes on, `run_at` when that or the last one was due, `outcome` how the last ended. `skipped` are
    the times that came while it ran. Times are seconds since the epoch.
    """

    bot: int
    author: int
    name: str
    language: str | None
    chat: int
    private: bool
    thread: int | None
    zone: str
    times: str
    argv: tuple[str, ...]
    host: str | None
    missed: Missed
    since: float
    next_at: float | None
    reckoned_at: float
    paused: bool = False
    asked_at: float | None = None
    running: str | None = None
    instance: str | None = None
    run_at: float | None = None
    outcome: str | None = None
    skipped: int = 0
    id: int = 0

    @property
    def due_at(self) -> float:
        """When what is to run next is due; 0 if nothing is."""
        return self.asked_at or self.next_at or 0.0


def add(connection: Connection, new: Schedule, *, each: int, here: int, most: int) -> int | None:
    """Store one and return its number.

    None if its author has `each` already, its chat `here`, or all `most`.
    """
    of_bot = schedule.c.bot == new.bot
    mine = func.count().filter(schedule.c.author == new.author)
    ours = func.count().filter(schedule.c.chat == new.chat)
    counts = connection.execute(select(mine, ours, func.count()).where(of_bot)).one()
    if any(have >= limit for have, limit in zip(counts, (each, here, most), strict=True)):
        return None
    row = _sealed(connection, new)
    number: int = connection.execute(schedule.insert().returning(schedule.c.id), row).scalar_one()
    return number


def change(connection: Connection, seen: Schedule, one: Schedule) -> bool:
    """Store what was made of what was seen, its runs aside. False if it was another by then."""
    row = _sealed(connection, one)
    for name in _SET_BY_RUNS:
        del row[name]
    return _changed(connection, seen, row)


def pause(connection: Connection, id: int) -> bool:  # noqa: A002 - the field's name
    """Let it rest, whatever else happens to it just then. False if it is gone."""
    resting = schedule.update().where(_is(id)).values(paused=True)
    return connection.execute(resting).rowcount == 1


def move(connection: Connection, bot: int, chat: int, to: int) -> int:
    """Take a chat's along to its new id, out of any topic; returns how many there were."""
    found = _where(connection, (schedule.c.bot == bot) & (schedule.c.chat == chat))
    for one in found:
        row = _sealed(connection, replace(one, chat=to, thread=None))
        connection.execute(schedule.update().where(_is(one.id)).values(row))
    return len(found)


def remove(connection: Connection, id: int) -> bool:  # noqa: A002 - the field's name
    """Remove it; what runs of it goes on. False if it was gone."""
    return connection.execute(schedule.delete().where(_is(id))).rowcount == 1


def ask(connection: Connection, id: int, now: float) -> bool:  # noqa: A002 - the same
    """Have it run now. False if it runs, or is gone."""
    free = _is(id) & schedule.c.running.is_(None)
    return connection.execute(schedule.update().where(free).values(asked_at=now)).rowcount == 1


def every(connection: Connection, bot: int) -> list[Schedule]:
    """All of a bot's, in their order."""
    return _where(connection, schedule.c.bot == bot)


def due(connection: Connection, bot: int, now: float) -> list[Schedule]:
    """What is to run by now, or is asked to."""
    is_time = and_(schedule.c.next_at <= now, ~schedule.c.paused)
    asked = schedule.c.asked_at.is_not(None)
    return _where(connection, (schedule.c.bot == bot) & or_(is_time, asked))


def ahead(connection: Connection, bot: int, then: float) -> list[Schedule]:
    """What is not over, and was reckoned later than `then`."""
    stray = (schedule.c.reckoned_at > then) & schedule.c.next_at.is_not(None)
    return _where(connection, (schedule.c.bot == bot) & stray)


def next_at(connection: Connection, bot: int) -> float | None:
    """When the next of them is due."""
    waits = (schedule.c.bot == bot) & ~schedule.c.paused
    found: float | None = connection.scalar(select(func.min(schedule.c.next_at)).where(waits))
    return found


def claim(
    connection: Connection,
    one: Schedule,
    run: str,
    at: float,
    instance: str,
    now: float,
    then: float | None,
) -> bool:
    """Begin the `run` that was due `at`; `then` is the next. False if somebody was quicker."""
    claimed: dict[str, object] = {"running": run, "run_at": at, "instance": instance, "skipped": 0}
    passed = {"next_at": then, "reckoned_at": now, "asked_at": None}
    return one.running is None and _changed(connection, one, claimed | passed)


def skip(connection: Connection, one: Schedule, now: float, then: float | None) -> bool:
    """Let a time pass; `then` is the next. False if somebody was quicker."""
    more = one.skipped + (one.running is not None)
    passed = {"next_at": then, "reckoned_at": now, "asked_at": None, "skipped": more}
    return _changed(connection, one, passed)


def _changed(connection: Connection, seen: Schedule, changes: Mapping[str, object]) -> bool:
    """Change it if it is as it was seen."""
    row = _row(seen)
    same = (schedule.c[name].is_not_distinct_from(row[name]) for name in (*_SEALED, *_SEEN))
    changed = schedule.update().where(_is(seen.id), *same).values(**changes)
    return connection.execute(changed).rowcount == 1


def ended(connection: Connection, run: str, outcome: str) -> None:
    """The run is over."""
    done = {"running": None, "instance": None, "outcome": outcome}
    connection.execute(schedule.update().where(schedule.c.running == run).values(done))


def release(connection: Connection, run: str) -> None:
    """The run did not begin: it is asked for again, as the same, even where it rests by now."""
    free = {"running": None, "instance": None, "asked_at": schedule.c.run_at}
    connection.execute(schedule.update().where(schedule.c.running == run).values(free))


def left(connection: Connection, bot: int) -> list[Schedule]:
    """Those that run for instances that are registered no more."""
    gone = schedule.c.instance.not_in(select(instances.instance.c.id))
    return _where(connection, (schedule.c.bot == bot) & schedule.c.running.is_not(None) & gone)


def prune(connection: Connection, before: float) -> int:
    """Remove what is over since then."""
    nothing = (schedule.c[name].is_(None) for name in ("next_at", "asked_at", "running"))
    over = and_(*nothing)
    old = schedule.delete().where(over, schedule.c.reckoned_at < before)
    return connection.execute(old).rowcount


def _is(id: int) -> ColumnElement[bool]:  # noqa: A002 - the field's name
    return schedule.c.id == id


def _where(connection: Connection, condition: ColumnElement[bool]) -> list[Schedule]:
    """Those that this program has written: a forged one runs nothing."""
    rows = connection.execute(select(schedule).where(condition).order_by(schedule.c.id)).mappings()
    return [
        _schedule(row)
        for row in rows
        if sealed.holds(connection, "schedule", _says(row), row["seal"])
    ]


def _sealed(connection: Connection, one: Schedule) -> dict[str, object]:
    row = _row(one)
    return row | {"seal": sealed.seal(connection, "schedule", _says(row))}


def _row(one: Schedule) -> dict[str, object]:
    row = asdict(one) | {"argv": json.dumps(one.argv), "missed": str(one.missed)}
    del row["id"]
    return row


def _says(row: Mapping[Any, object]) -> dict[str, object]:
    return {name: row[name] for name in _SEALED}


def _schedule(row: RowMapping) -> Schedule:
    stored = {field.name: row[field.name] for field in fields(Schedule)}
    argv = tuple(json.loads(row["argv"]))
    return Schedule(**stored | {"argv": argv, "missed": Missed(row["missed"])})
