"""Tables aligned by what a phone shows."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.i18n import ENGLISH
from bot.message import Size, Untrusted, Value, msg
from bot.reply import Table
from bot.reply.columns import fit, lines, width
from bot.reply.model import WIDTH
from bot.reply.redact import MASK, Redactor
from bot.reply.words import Words

words = Words("en", "UTC", ENGLISH, lambda: 0.0)
redactor = Redactor(["s3cr3t-token"])
names = st.text("ab日😀e\u0301\x1b", max_size=50).map(Untrusted)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("web", 3), ("日本", 4), ("e\u0301", 1), ("😀", 2), ("", 0), ("Привет", 6)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("web", 3, "web"),
        ("webs", 3, "we…"),
        ("日本", 3, "日…"),
        ("日本", 2, "…"),
        (r"a\x1bc", 4, "a…"),
    ],
)
def test_fit(text: str, columns: int, shown: str) -> None:
    assert fit(text, columns) == shown


def test_columns_are_aligned_and_the_first_is_cut() -> None:
    table = Table(
        (
            (Untrusted("x jellyfin"), msg("exited 1 · 4 min")),
            (Untrusted("! immich-database-postgres"), msg("unhealthy")),
            (Untrusted("● 日本"), msg("up")),
        )
    )
    assert lines(table, words, redactor) == [
        "x jellyfin        exited 1 · 4 min",
        "! immich-databa…  unhealthy",
        "● 日本            up",
    ]


def test_right_aligned_with_a_head() -> None:
    table = Table(
        ((Untrusted("a"), Size(5), 1), (Untrusted("bcd"), Size(5_000_000), 20)),
        head=(msg("name"), msg("size"), msg("n")),
        right=frozenset({1, 2}),
    )
    assert lines(table, words, redactor) == [
        "name  size   n",
        "a      5 B   1",
        "bcd   5 MB  20",
    ]


def test_a_wide_column_that_is_not_the_first_is_cut_only_when_it_must() -> None:
    table = Table(((Untrusted("a" * 20), Untrusted("b" * 90)),))
    assert lines(table, words, redactor) == ["aaaaaaaaa…  " + "b" * 21 + "…"]


def test_rows_of_different_lengths_and_no_rows() -> None:
    assert lines(Table(((Untrusted("a"),), (Untrusted("b"), 1))), words, redactor) == ["a", "b  1"]
    assert lines(Table(()), words, redactor) == []


def test_secrets_are_masked_before_they_are_cut() -> None:
    table = Table(((Untrusted("x" * 25 + "s3cr3t-token"), 1),))
    (line,) = lines(table, words, redactor)
    assert "s3cr" not in line
    assert MASK[:2] in line


@example([[Untrusted(""), Untrusted("a\x1b\x1b"), Untrusted("aaaaaa\x1b\x1b\x1b"), 0]])
@given(st.lists(st.lists(names | st.integers(), min_size=1, max_size=4), max_size=6))
def test_no_line_is_wider_than_the_table(cells: list[list[Value]]) -> None:
    table = Table(tuple(map(tuple, cells)), right=frozenset({1}))
    assert all(width(line) <= WIDTH for line in lines(table, words, redactor))


def test_without_a_width_nothing_is_cut() -> None:
    row = (Untrusted("x" * 50), Untrusted("y" * 50), 1)
    table = Table((row, (Untrusted("a"), Untrusted("b"), 22)), right=frozenset({2}), width=None)
    assert lines(table, words, redactor) == [
        f"{'x' * 50}  {'y' * 50}   1",
        f"a{' ' * 51}b{' ' * 51}22",
    ]
