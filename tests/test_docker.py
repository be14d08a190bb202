"""Every verb, flag and alias of Docker's own command line is there, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from bot.command.params import Refused
from bot.command.spec import Command
from bot.reference.dockers import Flag, Verb, verbs
from handlers import COMMANDS
from tests.command.docker.program import docker

OURS = {c.name: c for c in COMMANDS}
SPELLED = {s: c for c in COMMANDS for s in (c.name, c.shortcut, *c.aliases) if s}
TOP = {a for verb in verbs() for a in verb.aliases if " " not in a}
TOP |= {"events", "info", "inspect", "version"}  # of other nouns, or of several
THERE = [verb for verb in verbs() if verb.name in OURS]
EACH = pytest.mark.parametrize("verb", THERE, ids=lambda verb: verb.name)
_NEWEST = (28, 2)
_FLAG = re.compile(r"  (?:-(\w), |    )--([\w-]+)(?: ([\w-]+))?(?:  .*)?")


def lacking(command: Command, verb: Verb) -> Iterator[str]:
    """What is wrong with how a command declares the flags of a verb."""
    declared = {n: p for p in command.params if isinstance(p, click.Option) for n in p.opts}
    for flag in verb.flags:
        found = [declared.get(name) for name in flag.names]
        first = found[-1]
        if first is None:
            yield f"{'/'.join(flag.names)} ({flag.type}) is missing"
        elif any(param is not first for param in found):
            yield f"{flag.names[0]} is not {flag.names[-1]}"
        elif first.is_flag is flag.takes_value:
            yield f"{flag.names[-1]} {'takes a' if flag.takes_value else 'takes no'} value"
        elif isinstance(first, Refused):
            continue
        elif flag.default == "true" and first.default is not True:
            yield f"{flag.names[-1]} is on unless told"
        elif flag.repeats and not first.multiple:
            yield f"{flag.names[-1]} may be given several times, and each counts"


@EACH
def test_every_flag_of_docker_is_understood_or_refused(verb: Verb) -> None:
    lacks = [*lacking(OURS[verb.name], verb)]
    assert not lacks, "\n".join(lacks)


@EACH
def test_what_follows_the_first_word_is_passed_on_where_docker_does_so(verb: Verb) -> None:
    assert OURS[verb.name].passes_on == (verb.stops and verb.most is None)


def test_all_verbs_of_docker_are_there() -> None:
    assert [verb.name for verb in verbs() if verb.name not in OURS] == []


@EACH
def test_it_is_called_as_with_docker(verb: Verb) -> None:
    """`docker inspect` is about anything: it is the one that may be another command."""
    for alias in set(verb.aliases) - {"inspect"}:
        assert SPELLED[alias] is OURS[verb.name]


MISSING = sorted(TOP - SPELLED.keys())


def test_all_top_level_commands_for_containers_and_images_are_there() -> None:
    assert MISSING == []


def test_the_verbs_are_25_of_containers_and_12_of_images() -> None:
    nouns = [verb.name.split()[0] for verb in verbs()]
    assert (nouns.count("container"), nouns.count("image"), len(nouns)) == (25, 12, 37)
    assert len(TOP) == 37


def said_of(verb: Verb, *words: str) -> str:
    done = docker(*verb.name.split(), *words)
    return done.stdout + done.stderr


def version() -> tuple[int, ...]:
    found = re.search(r"version (\d+)\.(\d+)", docker("--version").stdout)
    return tuple(map(int, found.groups())) if found else (0,)


def told(help_: str) -> dict[str, Flag]:
    """The flags that a help text lists."""
    found = (_FLAG.fullmatch(line) for line in help_.partition("\nOptions:\n")[2].splitlines())
    flags = (Flag(m[2], m[3] or "bool", m[1]) for m in found if m and m[2] != "help")
    return {flag.name: flag for flag in flags}


@pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.name)
def test_the_list_of_flags_is_that_of_the_installed_docker(verb: Verb) -> None:
    """An older one knows fewer; a newer one may know more."""
    help_ = said_of(verb, "--help")
    known = {flag.name: flag for flag in verb.flags}
    seen = told(help_)
    assert bool(seen) == ("\nOptions:\n" in help_)
    if version() <= _NEWEST:
        assert seen.keys() <= known.keys()
    if version() == _NEWEST:
        assert seen == {n: Flag(n, f.type, f.short) for n, f in known.items() if not f.hidden}
        assert all(f"docker {alias}" in help_ for alias in verb.aliases)
        assert verb.usage in help_ or verb.name == "container cp"  # which has two lines


@pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.name)
def test_what_its_help_hides_is_there(verb: Verb) -> None:
    for flag in verb.flags:
        if flag.hidden and version() == _NEWEST:
            said = said_of(verb, f"--{flag.name}")
            assert ("needs an argument" in said) == flag.takes_value
            assert "unknown flag" not in said


@pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.name)
def test_it_takes_as_many_words_as_the_installed_docker_says(verb: Verb) -> None:
    if verb.least:
        assert "requires" in said_of(verb, *["x"] * (verb.least - 1))
    if verb.most is not None:
        said = said_of(verb, *["x"] * (verb.most + 1))
        assert "requires" in said or "accepts no arguments" in said
    after = said_of(verb, "x", "--no-such-flag")
    assert ("unknown flag" in after) is not verb.stops
