"""Which command a message means, in each of the spellings that people and phones use."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.line import Line
from bot.command.registry import Registry, Unknown, line_of
from bot.errors import UsageError
from tests.command.samples import COMMANDS, REGISTRY, told


def resolved(text: str) -> tuple[str, tuple[str, ...]]:
    command, words = REGISTRY.resolve(line_of(text))
    return command.name, words


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("/boxes", "box ls", ()),
        ("/boxes -a web", "box ls", ("-a", "web")),
        ("/box ls -a", "box ls", ("-a",)),
        ("/box_ls -a", "box ls", ("-a",)),
        ("/box list", "box ls", ()),
        ("/box_list x y", "box ls", ("x", "y")),
        ("/docker box ls -a", "box ls", ("-a",)),
        ("docker box ls -a", "box ls", ("-a",)),
        ("$ docker box ls -a", "box ls", ("-a",)),
        ("  $\tdocker boxes", "box ls", ()),
        ("/docker boxes", "box ls", ()),
        ("/ boxes", "box ls", ()),
        ("/Boxes.", "box ls", ()),
        ("/Box_Ls. web", "box ls", ("web",)),
        ("/BOX LS WEB", "box ls", ("WEB",)),
        ("/boxes@pierhead_bot -a", "box ls", ("-a",)),
        ("/box_ls@Pierhead_Bot", "box ls", ()),
        ("Docker box ls.", "box ls", ()),
        ("/boxes ls", "box ls", ("ls",)),
        ("/boxes /boxes", "box ls", ("/boxes",)),
        ("/hello box ls", "hello", ("box", "ls")),
        ("'/boxes' a", "box ls", ("a",)),
    ],
)
def test_every_spelling_is_understood(text: str, name: str, words: tuple[str, ...]) -> None:
    assert resolved(text) == (name, words)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/boxs", "There is no command /boxs. Did you mean /boxes?"),
        ("/xyzzy", "There is no command /xyzzy. /help lists what you may do."),
        ("/box", "There is no command /box."),
        ("/box lss web", "There is no command /box lss. Did you mean /boxes?"),
        ("/docker", "There is no command /docker."),
        ("docker xyzzy -it", "There is no command docker xyzzy."),
        ("", "There is no command /."),
        ("/", "There is no command /."),
        ("/hell", "There is no command /hell."),
    ],
)
def test_what_is_not_known_is_told_with_what_may_be_meant(text: str, sentence: str) -> None:
    with pytest.raises(Unknown) as unknown:
        resolved(text)
    assert told(unknown.value).startswith(sentence)


def test_a_noun_alone_lists_its_verbs() -> None:
    with pytest.raises(Unknown) as unknown:
        resolved("/box")
    assert {c.name for c in unknown.value.near} == {c.name for c in COMMANDS if c.path[1:]}


@pytest.mark.parametrize(
    "text",
    [
        "/start_web",
        "/start_a_b web",
        "/start_a_b_c web db",
        "/box_rm_web db",
        "/box_ls_",
        "/_boxes",
        "/__ boxes",
        "/box__ls",
        "/docker_boxes",
    ],
)
def test_a_tappable_spelling_with_more_in_it_is_no_command(text: str) -> None:
    """Else `/start_a_b web` would start web, and drop what was typed of a and b."""
    with pytest.raises(Unknown):
        resolved(text)


@pytest.mark.parametrize("text", ["/boхes", "/box\u200bes", "/ｂoxes", "/boxe\u017f", "/ſtart x"])
def test_a_look_alike_is_no_command(text: str) -> None:
    with pytest.raises(Unknown):
        resolved(text)


def test_nor_is_one_that_is_lower_case_of_a_look_alike() -> None:
    kill = replace(COMMANDS[1], path=("kill",), feature=None)
    registry = Registry((kill,), frozenset())
    assert registry.resolve(Line(("/KILL",)))[0] is kill
    with pytest.raises(Unknown):
        registry.resolve(Line(("/\N{KELVIN SIGN}ILL",)))


def test_what_is_hidden_is_not_offered() -> None:
    with pytest.raises(Unknown) as unknown:
        resolved("/helo")
    assert unknown.value.near == ()


def test_what_is_switched_off_does_not_exist() -> None:
    registry = Registry(COMMANDS, frozenset())
    assert registry.get("box rm") is None
    assert "box rm" not in {c.name for c in registry}
    with pytest.raises(Unknown) as unknown:
        registry.resolve(Line(("/box_rm", "web")))
    assert "box rm" not in {c.name for c in unknown.value.near}


@pytest.mark.parametrize("name", ["box ls", "boxes", "box list"])
def test_a_command_is_known_by_each_of_its_names(name: str) -> None:
    assert REGISTRY.get(name) is COMMANDS[0]


def test_two_commands_of_one_name_are_a_mistake() -> None:
    twin = replace(COMMANDS[1], path=("twin",), shortcut="boxes")
    with pytest.raises(ValueError, match="boxes"):
        Registry((*COMMANDS, twin), frozenset({"boxes"}))


def test_no_commands_are_no_mistake() -> None:
    with pytest.raises(Unknown):
        Registry((), frozenset()).resolve(Line(("/ps",)))


WORDS = st.sampled_from(
    ["/", "docker", "$", "box", "boxes", "ls", "_", "@", ".", "/box_ls", "'", "\\", "-", "@nas"]
)


def attempt(text: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        return resolved(text)
    except UsageError:
        return None


@given(st.text(max_size=4096) | st.lists(WORDS | st.text(max_size=3)).map(" ".join))
def test_any_text_is_a_command_or_a_usage_error(text: str) -> None:
    found = attempt(text)
    if found is not None:
        typed = line_of(text).words
        assert typed[len(typed) - len(found[1]) :] == found[1]
        assert len(typed) - len(found[1]) <= 3
