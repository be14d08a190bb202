"""What somebody else wrote, made visible."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Untrusted
from bot.reply.untrusted import cut, file_name, safe

SHOWN = {
    "web": "web",
    "a\x1b[31mred": r"a\x1b[31mred",
    "gpj\u202eexe": r"gpj\u202eexe",
    "\u2066x\u2069": r"\u2066x\u2069",
    "a\u200bb\u200dc\ufeff": r"a\u200bb\u200dc\ufeff",
    "a\u2028b\u2029": r"a\u2028b\u2029",
    "\ud800": r"\ud800",
    "\ue000\U0010ffff": r"\ue000\U0010ffff",
    "flag\U000e0067\U000e007f": r"flag\U000e0067\U000e007f",
    "a\ufe0fb": r"a\ufe0fb",
    "⚠\ufe0f disk": "⚠\ufe0f disk",
    "⚠\ufe0f\ufe0f": "⚠\ufe0f\\ufe0f",
    "\u3164\u2800\u115f": r"\u3164\u2800\u115f",
    "line\nline\ttab\r": r"line\nline\ttab\r",
    "Ångström, Việt, 日本, Привет, 😀": "Ångström, Việt, 日本, Привет, 😀",
    "┌──────────┐": "┌──────────┐",
    "{0.__class__} %s <b>&": "{0.__class__} %s <b>&",
}


@pytest.mark.parametrize(("raw", "shown"), SHOWN.items())
def test_what_cannot_be_seen_is_written_out(raw: str, shown: str) -> None:
    assert safe(Untrusted(raw)) == shown


def test_lines_keep_their_ends_and_tabs_become_spaces() -> None:
    raw = "a\tb\r\n10%\r20%\r\n\x07bell\n"
    assert safe(Untrusted(raw), lines=True) == "a   b\n10%\\r20%\n\\x07bell\n"


def test_a_letter_keeps_a_few_marks_and_no_more() -> None:
    shown = safe(Untrusted("Z" + "\u0301" * 200))
    assert shown == "Z" + "\u0301" * 4 + r"\u0301" * 196


def test_cutting_leaves_no_half_escape() -> None:
    shown = safe(Untrusted("ab\x1b\x1b"))
    assert [cut(shown, limit) for limit in (3, 5, 6, 7, 10)] == [
        "ab…",
        "ab…",
        "ab…",
        r"ab\x1b…",
        r"ab\x1b\x1b",
    ]


@given(st.text())
def test_nothing_invisible_is_left(raw: str) -> None:
    shown = safe(Untrusted(raw))
    hidden = {c for c in shown if not c.isprintable() or unicodedata.category(c)[0] in "CZ"}
    assert hidden <= {" "}
    assert safe(Untrusted(shown)) == shown


@given(st.text(), st.integers(1, 60))
def test_the_limit_holds(raw: str, limit: int) -> None:
    shown = safe(Untrusted(raw), limit=limit)
    assert len(shown) <= limit
    assert shown == cut(safe(Untrusted(raw)), limit)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("web.json", "web.json"),
        ("../../etc/passwd", "etc_passwd"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("a\x00b\u202etxt.exe", "a_x00b_u202etxt.exe"),
        ("C:\\x|y?.log", "C_x_y_.log"),
        ("", "file"),
        ("…", "file"),
        ("журнал.txt", "журнал.txt"),
        ("n" * 200 + ".json", "n" * 59 + ".json"),
    ],
)
def test_a_file_name_is_only_a_name(raw: str, name: str) -> None:
    assert file_name(Untrusted(raw)) == name


@given(st.text())
def test_no_file_name_is_a_path(raw: str) -> None:
    name = file_name(Untrusted(raw))
    assert 0 < len(name) <= 64
    assert name[0] not in ".-"
    assert not set(name) & set("/\\:\0\n ")
