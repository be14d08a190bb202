"""What a button types: the call that it stands under, with one option more or less."""

from __future__ import annotations

import pytest

from bot.command.argv import with_option, without_option
from bot.command.call import Call
from tests.command.samples import bench


def call(text: str) -> Call:
    return bench("nas").typed(text)[0]


@pytest.mark.parametrize(
    ("typed", "without", "at_two"),
    [
        ("/boxes", "", "--tail 2"),
        ("/boxes --tail 5", "", "--tail 2"),
        ("/boxes --tail=5", "", "--tail 2"),
        ("/boxes --tail 1 web --tail=3 -i", "web -i", "--tail 2 web -i"),
        ("/boxes --sort size -- --tail 9", "--sort size -- --tail 9", None),
        ("/boxes --tail 4 -- web", "-- web", "--tail 2 -- web"),
    ],
)
def test_an_option_is_set_or_left_out(typed: str, without: str, at_two: str | None) -> None:
    found = call(typed)
    assert without_option(found, "--tail") == ("box", "ls", *without.split())
    if at_two is not None:
        words = with_option(found, "--tail", "2")
        assert words == ("box", "ls", *at_two.split())
        assert call("/" + " ".join(words)).params["tail"] == 2


def test_a_flag_is_set_once() -> None:
    assert with_option(call("/boxes web --rm"), "--rm") == ("box", "ls", "--rm", "web")
