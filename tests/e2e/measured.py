"""History for a test: what was measured, and what happened, as the bot stores it, while it runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from math import nan
from pathlib import Path

from storage import history
from storage.history import HOST, HOST_METRICS, METRICS, Sample
from tests.e2e.conftest import TOKEN

_STEP, _BLOCK = 60.0, 20


def measured(
    folder: Path,
    name: str,
    times: Iterable[float],
    **metrics: Callable[[float], float],
) -> None:
    """Write samples of a container of the tests' host, or of the host itself (`HOST`).

    A metric is a function of the time.
    """
    known = HOST_METRICS if name == HOST else METRICS
    samples = [
        Sample(at, tuple(metrics[m](at) if m in metrics else nan for m in known)) for at in times
    ]
    blocks = [
        history.raw_block("local", name, samples[n : n + _BLOCK])
        for n in range(0, len(samples), _BLOCK)
    ]
    rows = [(b.host, b.subject, b.resolution, b.start, b.data) for b in blocks]
    with sqlite3.connect(folder / "bot.db", timeout=30) as database:
        database.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?)", rows)


def happened(folder: Path, *rows: tuple[str, str, str, float, float | None, float | None]) -> None:
    """Store what the bot would have: kind, subject, rule, at, taken, until."""
    with sqlite3.connect(folder / "bot.db", timeout=30) as database:
        bot = TOKEN.partition(":")[0]
        database.executemany(
            'INSERT INTO happening (bot, host, kind, subject, rule, at, taken, "until")'
            " VALUES (?, 'local', ?, ?, ?, ?, ?, ?)",
            [(int(bot), *row) for row in rows],
        )


def minutes(since: float, until: float) -> list[float]:
    """A sample a minute."""
    return [since + _STEP * n for n in range(int((until - since) // _STEP))]


def flat(value: float) -> Callable[[float], float]:
    """Always the same."""
    return lambda _: value
