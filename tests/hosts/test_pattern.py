import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.hosts.pattern import Pattern
from bot.message import Untrusted


def lines(pattern: str, text: bytes) -> list[bytes]:
    return [
        line
        for start, stop in Pattern(pattern).runs(text)
        for line in text[start:stop].splitlines(keepends=True)
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", [b"xa\n", b"ba\n", b"a a\n"]),
        ("^a", [b"a a\n"]),
        ("^$", [b"\n"]),
        ("$", [b"xa\n", b"ba\n", b"\n", b"a a\n"]),
        ("z*", [b"xa\n", b"ba\n", b"\n", b"a a\n"]),
        (r"a\sb", []),
        ("a[^q]b", []),
        ("x|ba", [b"xa\n", b"ba\n"]),
        ("A", []),
        ("(?i)X", [b"xa\n"]),
    ],
)
def test_a_match_stays_in_its_line(pattern: str, found: list[bytes]) -> None:
    assert lines(pattern, b"xa\nba\n\na a\n") == found


def test_lines_that_follow_one_another_are_one_run() -> None:
    text = b"a\nxa\n\nab\nq\na\n"
    assert list(Pattern("a").runs(text)) == [(0, 5), (6, 9), (11, 13)]
    assert list(Pattern("$").runs(text)) == [(0, len(text))]
    assert list(Pattern("$").runs(b"")) == []


def test_a_pattern_that_just_fits_is_searched_for() -> None:
    assert lines(r"\pL{300}", b"x" * 300 + b"\nx\n") == [b"x" * 300 + b"\n"]


def test_broken_characters_do_not_hide_the_rest() -> None:
    text = "é \xff é\n".encode("latin-1") + b"\xff\xfe \xc3\xa9 \xff x\n"
    assert lines("é", text) == [b"\xff\xfe \xc3\xa9 \xff x\n"]


@pytest.mark.parametrize("bad", ["(", "a)(b", "[", "*", r"(?<x", "a{9999}", "x" * 501, "\ud800("])
def test_what_is_no_pattern(bad: str) -> None:
    with pytest.raises(UsageError) as caught:
        Pattern(bad)
    assert all(
        v == Untrusted(bad) for k, v in caught.value.message.values.items() if k == "pattern"
    )


def test_a_pattern_that_would_hold_up_others_for_ever() -> None:
    assert lines("(a+)+$", b"a" * 50_000 + b"!\n") == []


@given(
    rows=st.lists(st.text("ab \r", max_size=5), max_size=6),
    pattern=st.sampled_from(
        ["a", "^a", "b$", "a.*b", "", "a|^$", r"\s", "[^b]a", "(ab)+", "^", "$"]
    ),
)
def test_finds_what_grep_would(rows: list[str], pattern: str) -> None:
    text = "".join(f"{row}\n" for row in rows).encode()
    wanted = [f"{row}\n".encode() for row in rows if re.search(pattern, row)]
    found = [
        line + b"\n"
        for start, stop in Pattern(pattern).runs(text)
        for line in text[start : stop - 1].split(b"\n")
    ]
    assert found == wanted
