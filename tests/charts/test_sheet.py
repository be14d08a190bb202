"""What the program that draws is told: worded, masked, safe, and nothing where nothing was seen."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.charts.sheet import sheet
from bot.i18n import catalogue
from bot.message import Untrusted, msg
from bot.reply import Chart, Line, Mark, Unit
from bot.reply.columns import width
from bot.reply.redact import MASK, Redactor
from bot.reply.words import Words

NOW = 1_780_974_005.0  # 9 June 2026, 05:00:05 in Berlin
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
DAY = 86_400.0


def drawn(*lines: Line, locale: str = "en", unit: Unit = Unit.PERCENT) -> dict[str, Any]:
    words = Words(locale, "Europe/Berlin", catalogue(locale), lambda: NOW)
    chart = Chart(msg("{host}", host=Untrusted("nas")), unit, NOW - DAY, NOW, 100.0, lines)
    found: dict[str, Any] = json.loads(sheet(chart, words, Redactor([TOKEN])))
    return found


def flat(name: str, *ats: float, value: float = 10.0) -> Line:
    return Line(Untrusted(name), tuple(Mark(NOW - DAY + at, value, value, value) for at in ats))


def test_what_was_not_measured_is_a_gap() -> None:
    (line,) = drawn(flat("web", 0, 60, 120, 900, 960))["lines"]
    assert [len(piece) for piece in line["pieces"]] == [3, 2]


def test_times_are_on_the_clock_of_the_chat() -> None:
    times = [text for _, text in drawn(flat("web", 0))["times"]]
    assert times == ["06:00", "12:00", "18:00", "9 Jun"]


def test_it_is_in_the_language_of_the_reader() -> None:
    found = drawn(flat("web", 0, value=3e9), locale="ru", unit=Unit.BYTES)
    assert [text for _, text in found["heights"]] == ["0", "1 ГБ", "2 ГБ", "3 ГБ"]
    assert found["times"][-1][1] == "9 июн."


def test_a_secret_in_a_name_is_masked() -> None:
    (line,) = drawn(flat(TOKEN, 0))["lines"]
    assert TOKEN[:12] not in line["name"]
    assert MASK in line["name"]


@given(st.text())
def test_a_name_is_short_and_all_of_it_can_be_seen(name: str) -> None:
    (line,) = drawn(flat(name, 0))["lines"]
    assert width(line["name"]) <= 21
    assert all(character.isprintable() for character in line["name"])


def test_no_more_lines_than_can_be_told_apart() -> None:
    assert len(drawn(*(flat(f"c{n}", 0) for n in range(9)))["lines"]) == 5
