"""Values of options: what fits, and the sentence for what does not."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.kinds import (
    PAGE,
    SECONDS,
    SIGNAL,
    SINCE,
    TAIL,
    Ago,
    BadValue,
    as_engine_filters,
    choice,
    filters,
    seconds,
    whole,
)
from tests.command.samples import WORDS

DAY = 86400.0


def convert(kind: click.ParamType[Any], text: str) -> object:
    return kind.convert(text, None, None)


def refusal(kind: click.ParamType[Any], text: str) -> str:
    with pytest.raises(BadValue) as refused:
        convert(kind, text)
    return " ".join(WORDS.plain(m) for m in (refused.value.told, *refused.value.hints))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("90s", 90.0),
        ("500ms", 0.5),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("5d", 5 * DAY),
        ("2w", 14 * DAY),
        ("36500d", 36500 * DAY),
    ],
)
def test_a_duration_is_read_as_docker_writes_it(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-1", "+1", "1y", "m", "1 h", "1h ", "1,5h", "1e3", "nan", "inf", "٣", "٣s"),
        *("36501d", "9" * 11, "9" * 4000 + "s", "1s" * 21, "1" * 4000),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        seconds(text)


@pytest.mark.parametrize(("text", "whole_seconds"), [("5m", 300), ("0", 0), ("1ms", 1), ("1.2", 2)])
def test_seconds_of_grace_are_rounded_up(text: str, whole_seconds: int) -> None:
    assert convert(SECONDS, text) == whole_seconds


def test_a_wrong_duration_is_told_with_an_example() -> None:
    assert refusal(SECONDS, "soon") == "soon is no duration. Write 30 / 90s / 5m / 1h30m."


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("10m", 1e9 - 600),
        ("90", 1e9 - 90),
        ("1700000000", 1.7e9),
        ("1700000000.25", 1.7e9 + 0.25),
        ("2026-06-09", 1780956000.0),
        ("2026-06-09T05:00", 1780974000.0),
        ("2026-06-09 05:00:30", 1780974030.0),
        ("2026-06-09T03:00:00Z", 1780974000.0),
        ("2026-06-09T05:00:00+02:00", 1780974000.0),
        ("2026-06-09T03:00:00.5Z", 1780974000.5),
    ],
)
def test_a_time_is_read_as_docker_logs_takes_it(text: str, epoch: float) -> None:
    found = convert(SINCE, text)
    assert isinstance(found, Ago)
    assert found.epoch(1e9, ZoneInfo("Europe/Berlin")) == epoch


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "yesterday",
            "-5m",
            "2026-13-01",
            "2026-06-31",
            "0000-01-01",
            "1969-01-01",
            "9999-12-31",
            "2026-06-09T25:00",
        ),
        *("2026-06-09x03:00", "2026-06-09" + "1" * 4000, "٢٠٢٦-٠٦-٠٩", "1" * 4000),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert refusal(SINCE, text).endswith(" is no time. Write 10m / 2h / 2026-06-09T03:00.")


def test_a_time_stays_one() -> None:
    assert SINCE.convert(Ago(seconds=5), None, None) == Ago(seconds=5)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (TAIL, "all", 10_000),
        (TAIL, "0", 0),
        (PAGE, "007", 7),
        (whole(-5, 5), "-5", -5),
        (whole(0, 99), "+5", 5),
        (whole(0, 99), "0x1F", 31),
        (whole(0, 99), "0b11", 3),
        (whole(0, 99), "0o17", 15),
        (whole(0, 99), "017", 15),
        (whole(0, 99), "0_17", 15),
        (whole(0, 99), "1_0", 10),
        (whole(0, 99), "00", 0),
        (SECONDS, "010", 8),
        (SECONDS, "0x10", 16),
        (SECONDS, "09", 9),
        (SECONDS, "0h", 0),
        (TAIL, "010", 10),
        (TAIL, "00", 0),
        (SIGNAL, "kill", "KILL"),
        (SIGNAL, "sigterm", "SIGTERM"),
        (SIGNAL, "9", "9"),
        (SIGNAL, "RTMIN+3", "RTMIN+3"),
        (choice("cpu", "mem"), "CPU", "cpu"),
        (filters("label", "label!"), "label!=a=b", ("label!", "a=b")),
        (filters("label"), "label=", ("label", "")),
    ],
)
def test_what_fits(kind: click.ParamType[Any], text: str, value: object) -> None:
    assert convert(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (TAIL, "-1", "-1 does not fit here. A number from 0 to 10,000, please."),
        (TAIL, "10001", "10001 does not fit here. A number from 0 to 10,000, please."),
        (TAIL, "ALL", "ALL does not fit here. A number from 0 to 10,000, please."),
        (whole(1, 9), "٣", "٣ does not fit here. A number from 1 to 9, please."),
        (whole(1, 9), "1_0", "1_0 does not fit here. A number from 1 to 9, please."),
        (whole(1, 9), "1__0", "1__0 does not fit here. A number from 1 to 9, please."),
        (whole(1, 9), "08", "08 does not fit here. A number from 1 to 9, please."),
        (whole(1, 9), " 8", " 8 does not fit here. A number from 1 to 9, please."),
        (whole(1, 9), "9" * 5000, f"{'9' * 5000} does not fit here. A number from 1 to 9, please."),
        (SECONDS, "-2", "-2 is no duration. Write 30 / 90s / 5m / 1h30m."),
        (SECONDS, "-1", "An hour at most, please."),
        (SIGNAL, "9; rm", "9; rm is no signal. Write TERM / HUP / KILL / 9."),
        (SIGNAL, "", " is no signal. Write TERM / HUP / KILL / 9."),
        (choice("cpu", "mem"), "io", "io is none of these: cpu, mem."),
        (filters("name", "id"), "x=1", "There is no filter x=1. Filters: name, id."),
        (filters("name", "id"), "name", "There is no filter name. Filters: name, id."),
    ],
)
def test_what_does_not_fit(kind: click.ParamType[Any], text: str, sentence: str) -> None:
    assert refusal(kind, text) == sentence


KINDS = (SECONDS, SINCE, TAIL, SIGNAL, PAGE, choice("a", "b"), filters("a"))


@given(
    st.sampled_from(KINDS), st.text(max_size=50) | st.text("0123456789.smhdw-:TZ+ ", max_size=50)
)
def test_any_text_fits_or_is_refused_in_our_words(kind: click.ParamType[Any], text: str) -> None:
    try:
        value = convert(kind, text)
    except BadValue:
        return
    assert isinstance(value, int | str | Ago | tuple)


def test_repeated_filters_are_joined_as_an_engine_takes_them() -> None:
    pairs = (("name", "a"), ("label", "x=y"), ("name", "b"))
    assert as_engine_filters(pairs) == {"name": ["a", "b"], "label": ["x=y"]}
