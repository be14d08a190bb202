"""Sentences found in source text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.i18n.extract import Found, Sentence, extract, fields

SOURCE = '''
from bot.message import msg, plural
import bot.message as m

A = msg("Not done: {what}", what=x)
B = plural("{count} image", "{count} "
           "images", n)
C = m.msg("In another spelling")
D = Message("Directly")
E = Message(summary)
F = msg("{name}: {why}", name=x, why=y)
G = other("Not a sentence")

@command("container ls", act=msg("list"))
@option("-a", help="Show {all")
@flag("-q", help=QUIET)
@targets(Kind.CONTAINER)
async def ls(call):
    """List
    containers.

    The second paragraph,
    and more.

    The third.
    """

def helper():
    """No command's docstring."""
'''


def found(tmp_path: Path, source: str) -> Found:
    (tmp_path / "pkg" / "deep").mkdir(parents=True)
    (tmp_path / "pkg" / "deep" / "a.py").write_text(source, encoding="utf-8")
    return extract(tmp_path, ["pkg"])


def test_every_kind_of_sentence(tmp_path: Path) -> None:
    result = found(tmp_path, SOURCE)
    assert {(s.one, s.many) for s in result.sentences} == {
        ("Not done: {what}", None),
        ("{count} image", "{count} images"),
        ("In another spelling", None),
        ("Directly", None),
        ("list", None),
        ("Show {all", None),
        ("List containers.", None),
        ("The second paragraph, and more. The third.", None),
    }
    assert result.problems == ()
    assert {s.places for s in result.sentences} == {("pkg/deep/a.py",)}


@pytest.mark.parametrize("source", ["msg(text)", "msg(f'{x}')", "plural('one', many, 3)", "msg()"])
def test_what_is_no_literal_is_a_problem(tmp_path: Path, source: str) -> None:
    result = found(tmp_path, f"\n{source}\n")
    assert len(result.problems) == 1
    assert result.problems[0].startswith("pkg/deep/a.py:2: ")


def test_the_definition_of_msg_is_none(tmp_path: Path) -> None:
    assert found(tmp_path, "def msg(text): return Message(text)").problems == ()


def test_a_sentence_with_and_without_plural_is_one(tmp_path: Path) -> None:
    result = found(tmp_path, "msg('{n} day')\nplural('{n} day', '{n} days', n)")
    assert result.sentences == (Sentence("{n} day", "{n} days", ("pkg/deep/a.py",)),)


def test_fields() -> None:
    assert fields("{what!c} on {host}, {{literally}}") == {"what", "host"}


@pytest.mark.parametrize("template", ["{", "{a:>3}", "{a!r}", "{a.b}", "{0}", "{}"])
def test_what_is_more_than_a_field_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"field|'{'"):
        fields(template)
