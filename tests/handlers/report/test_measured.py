"""What is summed up for a chart is so where that holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from handlers.report import measured
from handlers.report.measured import METRICS, Span, line
from storage.database import Database
from storage.history import Point


async def test_two_years_hold_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Thread] = []
    summed = measured.summed

    def watched(columns: Sequence[Sequence[Point]]) -> list[Point]:
        seen.append(threading.current_thread())
        return summed(columns)

    monkeypatch.setattr(measured, "summed", watched)
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db", ballast=0)
    try:
        found = await line(database, "nas", "web", METRICS["net"], Span(1e9, 1e9 + 6e7))
    finally:
        await database.close()
    assert not found.marks
    assert threading.main_thread() not in seen
    assert seen
