"""What is read from a declaration."""

from __future__ import annotations

from typing import Any

import click
import pytest

from bot.command.call import Call
from bot.command.grammar import parse, usage
from bot.command.spec import Danger, command, flag, option, refused, targets
from bot.errors import UsageError
from bot.hosts.types import Kind
from bot.message import msg
from bot.reply import Reply, say
from tests.command import samples


@command("net ls", shortcut="nets", aliases=["net list"], permission="net.ls", act=msg("list"))
@targets(Kind.NETWORK, nargs=1, required=False)
@flag("-q", "--quiet", help="Only IDs")
@option("-n", "--last", type=int, help="How many")
async def nets(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    """List networks,
    on one host.

    Unused ones
    too.
    """
    return say(msg("listed"))


def test_the_docstring_is_the_help() -> None:
    assert nets.summary == "List networks, on one host."
    assert nets.description == "Unused ones\ntoo."


def test_parameters_are_in_the_order_of_their_lines() -> None:
    assert [p.name for p in nets.params] == ["network", "quiet", "last"]
    assert isinstance(nets.params[1], click.Option)
    assert nets.params[1].help == "Only IDs"


def test_names() -> None:
    assert (nets.name, nets.spelling) == ("net ls", "/nets")
    assert nets.aliases == ("net list",)
    assert samples.rm.spelling == "/box_rm"


def test_a_command_without_parameters() -> None:
    @command("version", permission="v", act=msg("read"))
    async def bare(_call: Call) -> Reply:
        """Read."""
        return say(msg("1"))

    assert (bare.params, bare.targets, bare.spelling) == ((), None, "/version")


def test_targets_are_named_by_their_kind_and_number() -> None:
    for declared, name, needed in ((nets, "network", False), (samples.rm, "containers", True)):
        asked = declared.targets
        assert asked is not None
        assert (asked.name, asked.needed) == (name, needed)


def test_only_what_is_no_read_changes() -> None:
    assert [d for d in Danger if d > Danger.READ] == list(Danger)[1:]
    assert not samples.ls.changes
    assert samples.mv.changes
    assert samples.rm.changes


def test_only_free_words_are_passed_on() -> None:
    assert samples.exec_.passes_on
    assert not samples.ls.passes_on
    assert not samples.mv.passes_on


@command("box wait", permission="box.wait", act=msg("wait for {target}"))
@refused("--detach-keys", why=msg("There are no keys."), value=True)
@refused("--sig-proxy", "-s", why=msg("There are no signals."))
@refused("--pause", why=msg("There are no pauses."), usual=True)
@flag("-a", "--all", help="All")
async def _chatty(_call: object, **_values: object) -> Reply:
    """Wait."""
    return say(msg("waited"))


@pytest.mark.parametrize(
    "words", ["--detach-keys x", "--sig-proxy=false", "-s", "-as", "--pause=0"]
)
def test_an_option_that_makes_no_sense_is_answered_with_why(words: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(_chatty, tuple(words.split()))
    assert any("There are no" in hint.one for hint in error.value.hints)


def test_and_is_no_value_of_the_command() -> None:
    assert dict(parse(_chatty, ("-a",)).params) == {"all": True}
    assert usage(_chatty) == "/box_wait [-a]"


@pytest.mark.parametrize("words", ["--pause", "--pause=true", "--pause=0 --pause"])
def test_to_say_what_is_so_anyway_is_no_reason_to_refuse(words: str) -> None:
    assert dict(parse(_chatty, tuple(words.split())).params) == {"all": False}
