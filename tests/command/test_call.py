"""A call and what it says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.command.call import Call, at
from bot.hosts.types import Kind, Target
from bot.message import Untrusted
from tests.command.samples import OWNER, WORDS, bench


def call(text: str) -> Call:
    return bench().typed(text)[0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("/box_rm web", "remove web@nas"),
        ("/box_rm @db1 web db", "remove web@db1 and db@db1"),
        ("/box_mv web new", "rename web@nas"),
        ("/box_rm", "remove "),
        ("/hello", "greet"),
    ],
)
def test_its_label_is_the_verb_with_what_was_typed(text: str, label: str) -> None:
    assert WORDS.plain(call(text).label) == label


def test_its_label_names_what_was_found() -> None:
    found = Target(Kind.CONTAINER, "nas", "1", Untrusted("Web"))
    full = replace(call("/box_rm web"), targets=(found,), params={"containers": (found,)})
    assert WORDS.plain(full.label) == "remove Web@nas"


def test_a_call_about_no_host_never_gets_one() -> None:
    asked = call("/hello")
    assert asked.host_name is None
    with pytest.raises(LookupError, match="hello"):
        _ = asked.host


def test_who_asks() -> None:
    assert call("/boxes").actor.id == OWNER


def test_a_thing_is_shown_with_its_host() -> None:
    assert at(Untrusted("web"), "nas") == Untrusted("web@nas")
