"""What the audit adds to a command, and how fast it is proved.

The three transactions of a `/restart` (requested, started, finished) on a database on disk, with
their audit rows and without, in turns; what counts is the difference. Then the proof of a chain of
many rows, beside a bare read of the same rows by `sqlite3`.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.place import Place
from bench.sample import in_turns
from bench.table import Bound, Row, at_least
from storage import audit, calls
from storage.calls import State
from storage.database import Connection, Database

_MS = 1000
_ADDS = 3.0
_STEPS = (State.STARTED, State.FINISHED)
_EVENT: dict[str, object] = {
    "actor": 1001,
    "name": "Olga",
    "chat": 1001,
    "origin": "typed",
    "command": "container restart",
    "argv": ["restart", "-t", "0", "web"],
    "host": "local",
    "targets": [{"name": "web", "id": "d2a1" * 16}],
}


async def measure(place: Place, *, rounds: int = 60, rows: int = 50_000) -> list[Row]:
    file = place.folder() / "bot.db"
    database = await Database.open(f"sqlite:///{file}", key=b"k" * 32)
    try:
        return [await _adds(database, rounds), await _verify(database, file, rows)]
    finally:
        await database.close()


async def _adds(database: Database, rounds: int) -> Row:
    names = map(str, itertools.count())

    async def audited() -> float:
        return await _command(database, names, audited=True)

    async def bare() -> float:
        return await _command(database, names, audited=False)

    mine, theirs = await in_turns(rounds, audited, bare, warm=5)
    bound = Bound(f"adds <= {_ADDS:g} ms", lambda ours, beside: ours - beside <= _ADDS)
    return Row("a command's 3 audit rows", "ms", mine, "without", theirs, bound)


async def _command(database: Database, names: Iterator[str], *, audited: bool) -> float:
    """The steps of one command, in ms."""
    name = next(names)
    now = time.time()
    start = time.perf_counter()
    await database.write(lambda c: _requested(c, name, now, audited=audited))
    for state in _STEPS:
        step = partial(_advanced, name=name, state=state, now=now, audited=audited)
        await database.write(step)
    return (time.perf_counter() - start) * _MS


def _requested(connection: Connection, name: str, now: float, *, audited: bool) -> None:
    argv = ("restart", "web")
    call = calls.Call(name, 123456, "bench", "container restart", argv, 1001, 1001, now)
    calls.request(connection, call)
    if audited:
        audit.append(connection, _event(name, State.REQUESTED, now))


def _advanced(
    connection: Connection, name: str, state: State, now: float, *, audited: bool
) -> None:
    calls.advance(connection, name, state, now=now)
    if audited:
        audit.append(connection, _event(name, state, now))


def _event(name: str, state: State, now: float) -> dict[str, object]:
    return {**_EVENT, "call": name, "at": round(now, 3), "outcome": state.value}


async def _verify(database: Database, file: Path, rows: int) -> Row:
    await database.write(lambda c: _fill(c, rows))

    async def proved() -> float:
        start = time.perf_counter()
        proof = await database.read(audit.verify)
        if proof.first_bad is not None:
            raise RuntimeError(f"row {proof.first_bad} of the audit: {proof.fault}")
        return proof.rows / (time.perf_counter() - start)

    async def bare() -> float:
        return await asyncio.to_thread(_read, file)

    mine, theirs = await in_turns(5, proved, bare)
    return Row("audit verify", "rows/s", mine, "bare read", theirs, at_least(100_000, "rows/s"))


def _fill(connection: Connection, rows: int) -> None:
    for number in range(rows):
        audit.append(connection, _event(str(number), State.FINISHED, number))


def _read(file: Path) -> float:
    """Rows a second, when they are only read."""
    start = time.perf_counter()
    with sqlite3.connect(file) as connection:
        rows = len(connection.execute("SELECT seq, prev, hash, body FROM audit").fetchall())
    return rows / (time.perf_counter() - start)
