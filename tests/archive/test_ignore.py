"""`.dockerignore` as moby's patternmatcher reads it."""

from __future__ import annotations

import pytest

from bot.archive.bad import BadArchive
from bot.archive.ignore import parse


@pytest.mark.parametrize(
    ("patterns", "left_out", "goes"),
    [
        ("a", ["a", "a/b", "a/b/c"], ["b/a", "ab"]),
        ("/a/", ["a", "a/b"], ["b/a"]),
        ("*.md\n!README.md", ["a.md"], ["README.md", "b/a.md"]),
        ("*/x", ["a/x", "a/x/y"], ["x", "a/b/x"]),
        ("**/x", ["x", "a/x", "a/b/x/c"], ["ax"]),
        ("**.log", ["a.log", "b/a.log", ".log"], ["a.logs"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b"]),
        ("a/**/z?", ["a/zz", "a/b/c/z1"], ["a/z", "z1"]),
        ("*\n!a/b", ["a/c", "x"], ["a/b", "a/b/c"]),
        ("!a\n*", ["a"], []),
        ("# c\n\n  a  \r\n", ["a"], ["# c", "c"]),
        ("[a-c]x", ["ax"], ["dx"]),
        (r"\*", ["*"], ["a"]),
        ("a+(b)", ["a+(b)"], ["aab"]),
        ("./a/../b", ["b"], ["a"]),
        ("", [], ["a"]),
    ],
)
def test_what_stays_behind(patterns: str, left_out: list[str], goes: list[str]) -> None:
    ignored = parse(patterns.encode())
    assert [name for name in (*left_out, *goes) if ignored(name)] == left_out


@pytest.mark.parametrize("patterns", ["[", "a\n!", "a\n" * 2000, "!a\nb\n" * 200, "a" * 2000])
def test_what_is_no_pattern(patterns: str) -> None:
    with pytest.raises(BadArchive):
        parse(patterns.encode())
