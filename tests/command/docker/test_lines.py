"""Any line that Docker's own parser takes means the same here, or is refused with a reason."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.command.grammar import Parsed, asks_for_help, parse
from bot.command.registry import Registry
from bot.command.spec import Command
from bot.config.model import Features
from bot.errors import UsageError
from bot.reference.dockers import Verb, verbs
from handlers import COMMANDS
from tests.command.docker import pflag
from tests.command.docker.lines import TEXT, Typed, typed
from tests.command.docker.program import docker
from tests.command.docker.samples import declared, place
from tests.command.samples import bench, told

VERBS = {verb.name: verb for verb in verbs()}
OURS = {c.name: c for c in COMMANDS if c.name in VERBS}
REGISTRY = Registry(COMMANDS, frozenset(Features.model_fields))
SAMPLES = {verb: declared(verb) for verb in verbs()}
LENIENT = {"container commit", "image tag"}  # options may follow their words, as everywhere else
LINES = st.sampled_from(verbs()).flatmap(typed)
KNOWN = st.sampled_from([VERBS[name] for name in OURS]).flatmap(typed)
ENV = re.compile(r"-\w*e|--env")
REFUSAL = re.compile(
    r"unknown (shorthand )?flag|needs an argument|bad flag syntax|invalid argument"
    r"|accepts no arguments|requires .*argument"
)


def sense(verb: Verb, values: Mapping[str, list[str | bool]]) -> dict[str, Any]:
    """The values by parameter: every one of a flag that repeats, or else the last."""
    found: dict[str, Any] = {}
    for flag in verb.flags:
        given_ = values.get(flag.name)
        if flag.repeats:
            found[place(flag)] = tuple(given_ or ())
        elif given_:
            found[place(flag)] = given_[-1]
        else:
            found[place(flag)] = None if flag.takes_value else flag.default == "true"
    return found


def words_of(command: Command, params: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that are no option's, in their order."""
    found: list[str] = []
    for param in command.params:
        if param.param_type_name == "argument":
            value = params[param.name or ""]
            found += () if value is None else (value,) if isinstance(value, str) else value
    return tuple(found)


@given(LINES)
def test_the_rules_that_are_tested_against_read_such_a_line_as_it_was_meant(line: Typed) -> None:
    found = pflag.read(line.verb, line.line)
    assert (found.values, tuple(found.words)) == (line.values, line.words)
    assert pflag.fits(line.verb, found)


@given(LINES)
def test_such_a_line_means_the_same_here(line: Typed) -> None:
    command = SAMPLES[line.verb]
    if line.verb.name in LENIENT and any(w.startswith("-") for w in line.words):
        return
    found = parse(command, line.line, "nas")
    assert words_of(command, found.params) == line.words
    options = {name: found.params[name] for name in sense(line.verb, {})}
    assert options == sense(line.verb, line.values)
    assert not asks_for_help(command, line.line)


JUNK = (
    st.sampled_from(["-h", "--help", "--help=0", "-f", "-t", "-ft", "-n5", "-n", "--no-such", "-x"])
    | st.sampled_from(["--follow", "--tail", "--tail=", "-f=1", "-t=", "-n=", "-tn=3", "-p=f", "-"])
    | st.sampled_from(["-v", "-vf", "-w", "-wA=b", "-it", "--user=", "--user", "A=b", "web", "--"])
    | st.from_regex(r"\A-{1,3}[a-z=]{0,3}\Z")
    | TEXT.filter(lambda text: not text.startswith("@"))
)
LIKELY = ["container logs", "container rm", "container commit", "container exec", "container top"]
TRIED = st.tuples(
    st.sampled_from([VERBS[name] for name in LIKELY]), st.lists(JUNK, max_size=5).map(tuple)
)


def rules(verb: Verb, line: tuple[str, ...]) -> pflag.Read | None:
    """What Docker's rules make of it, None where they refuse it."""
    try:
        return pflag.read(verb, line)
    except pflag.Refused:
        return None


def helps(read: pflag.Read | None) -> bool:
    """Whether the line asks for help."""
    return read is not None and read.values.get("help", [False])[-1] is True


def attempt(
    command: Command, line: tuple[str, ...], host: str | None = None
) -> Parsed | UsageError:
    try:
        return parse(command, line, host)
    except UsageError as error:
        return error


@given(TRIED)
def test_what_docker_refuses_is_refused_and_what_it_takes_means_the_same(
    tried: tuple[Verb, tuple[str, ...]],
) -> None:
    verb, line = tried
    command, meant = SAMPLES[verb], rules(verb, line)
    if verb.name in LENIENT and "-" in "".join(line):
        return
    asks = asks_for_help(command, line)
    assert asks == helps(meant) or (asks and meant is None)  # help comes first, as it is asked
    if asks or "--help=0" in line:
        return
    found = attempt(command, line, "nas")
    if meant is None:
        assert isinstance(found, UsageError)
    elif pflag.fits(verb, meant):
        assert isinstance(found, Parsed)
        assert words_of(command, found.params) == tuple(meant.words)
        assert {n: found.params[n] for n in sense(verb, {})} == sense(verb, meant.values)


@settings(max_examples=120)
@given(TRIED)
def test_the_rules_are_those_of_the_real_docker(tried: tuple[Verb, tuple[str, ...]]) -> None:
    verb, line = tried
    if any(word.startswith("-test.") for word in line) or ENV.search(" ".join(line)):
        return  # pflag steps over flags of Go's own tests, and Docker looks at a variable's name
    done = docker(*verb.name.split(), *line)
    meant = rules(verb, line)
    assert helps(meant) == ("\nUsage:" in f"\n{done.stdout}")
    refused = meant is None or not pflag.fits(verb, meant)
    assert refused == bool(REFUSAL.search(done.stderr)), done.stderr


@given(KNOWN)
def test_any_line_that_docker_takes_is_understood_or_refused_with_a_reason(line: Typed) -> None:
    found = attempt(OURS[line.verb.name], line.line)
    if isinstance(found, UsageError):
        assert told(found).strip()
        assert found.usage


@given(KNOWN, st.booleans())
def test_and_so_it_is_when_it_comes_as_a_message(line: Typed, alias: bool) -> None:
    spelled = line.verb.aliases[-1] if alias and line.verb.aliases else line.verb.name
    text = f"/{spelled} {shlex.join(line.line)}"
    found: object
    try:
        found = bench(registry=REGISTRY).typed(text)
    except UsageError as error:
        found = told(error).strip()
    assert found


FILLERS = ("x", "-t", "-e", "--rm=0", "@a", "--", "--a=", "-")
HUGE = [f"{word} " * (4000 // (len(word) + 1)) for word in FILLERS]
HUGE += ["-" * 4000, "--" + "a" * 3990, "-" + "t" * 3990, "-" + "e" * 3990, "-t=" + "1" * 3990]


@pytest.mark.parametrize("text", HUGE, ids=lambda text: text[:6])
@pytest.mark.parametrize("name", ["container run", "container rm", "image tag"])
def test_the_longest_line_takes_a_bounded_number_of_steps(name: str, text: str) -> None:
    """Counted, not timed: a call of a function is a step."""
    steps = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal steps
        steps += event in {"call", "c_call"}

    command, before = SAMPLES[VERBS[name]], sys.getprofile()
    sys.setprofile(count)
    try:
        attempt(command, tuple(text.split()))
        asks_for_help(command, tuple(text.split()))
    finally:
        sys.setprofile(before)
    assert 100 < steps < 10 * len(text) + 100 * len(command.params)
