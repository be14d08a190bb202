"""What holds for every command that there is, and for their reference page."""

from __future__ import annotations

import inspect
import re
import shlex
import string
from collections import Counter
from collections.abc import Iterator

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import reference
from bot.access.policy import Policy, Role
from bot.command.build import Builder
from bot.command.call import Call, Confirmation
from bot.command.grammar import Parsed, parse, usage
from bot.command.line import Line
from bot.command.params import Paths, Refused
from bot.command.registry import Registry
from bot.command.spec import Command, Danger
from bot.config.model import Features
from bot.config.roles import flatten
from bot.errors import UsageError
from handlers import COMMANDS
from tests.command.samples import bench, request

FEATURES = frozenset(Features.model_fields)
REGISTRY = Registry(COMMANDS, FEATURES)
ROLES = [Role(name, globs) for name, globs in flatten({}).items()]
EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)


def spellings(command: Command) -> Iterator[str]:
    yield from (command.name, command.spelling.removeprefix("/"), *command.aliases)
    yield "_".join(command.path)


def options(command: Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def test_no_two_commands_share_a_spelling() -> None:
    joined = Counter(
        spelled for c in COMMANDS for spelled in {s.replace(" ", "_") for s in spellings(c)}
    )
    assert [spelled for spelled, count in joined.items() if count > 1] == []


def test_no_shortcut_hides_a_noun() -> None:
    """Else `/image ls` could mean the command `image` with the word `ls`."""
    nouns = {c.path[0] for c in COMMANDS if c.path[1:]} | {"docker"}
    assert not nouns & {s for c in COMMANDS for s in spellings(c) if " " not in s}


@EACH
def test_every_spelling_leads_to_it(command: Command) -> None:
    for spelled in spellings(command):
        head = "/" if "_" in spelled else "/docker "
        for line in (f"/{spelled} x", f"{head}{spelled} x"):
            assert REGISTRY.resolve(Line(tuple(line.split()))) == (command, ("x",))


@EACH
def test_telegram_takes_it_into_its_menu(command: Command) -> None:
    assert re.fullmatch(r"/[a-z0-9_]{1,32}", command.spelling)


def test_telegram_takes_all_of_them_into_its_menu() -> None:
    assert len([c for c in COMMANDS if not c.hidden]) <= 100


@EACH
def test_its_names_are_plain_words(command: Command) -> None:
    for spelled in spellings(command):
        assert re.fullmatch(r"[a-z][a-z0-9]*([ _][a-z][a-z0-9]*)?", spelled)


@EACH
def test_its_help_is_one_imperative_sentence(command: Command) -> None:
    first, *_ = command.summary.split()
    assert 1 <= len(command.summary) <= 256
    assert command.summary.endswith(".")
    assert ". " not in command.summary
    assert first.istitle()
    assert not first.endswith(("s", "ing"))


@EACH
def test_some_role_may_run_it_and_an_owner_always(command: Command) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)+", command.permission)
    granting = {role.name for role in ROLES if role.grants(command.permission)}
    assert granting
    assert "owner" in granting
    if command.danger is Danger.DESTRUCTIVE:
        assert not {"viewer", "operator"} & granting
    if command.changes:
        assert "viewer" not in granting


@EACH
def test_what_destroys_has_a_plan_and_only_what_changes(command: Command) -> None:
    assert (command.plan is not None) >= (command.danger is Danger.DESTRUCTIVE)
    assert command.changes >= (command.plan is not None)
    assert command.changes >= command.asks


@EACH
def test_what_changes_a_host_is_about_one(command: Command) -> None:
    assert not (command.changes and command.hostless)
    assert not (command.targets and command.hostless)


@EACH
def test_every_option_has_help_and_dockers_form(command: Command) -> None:
    for param in options(command):
        assert param.help
        assert param.help == param.help.strip()
        assert not param.help.endswith(".")
        assert param.help[0].isupper()
        assert param.opts[-1].startswith("--")
        assert all(re.fullmatch(r"-[a-zA-Z]|--[a-z][a-z0-9-]+", name) for name in param.opts)
        assert not param.secondary_opts
        assert param.nargs == 1
        assert not param.prompt
        assert not param.envvar


@EACH
def test_no_parameter_touches_the_world(command: Command) -> None:
    for param in command.params:
        assert not isinstance(param.type, click.File | click.Path)
        if isinstance(param, Refused):
            continue
        assert param.callback is None
        # what the handler does not hear of changes nothing: a flag that is there to be typed
        assert param.expose_value or (isinstance(param, click.Option) and param.is_flag)


@EACH
def test_its_handler_takes_what_is_parsed(command: Command) -> None:
    first, *taken = inspect.signature(command.handler).parameters.values()
    assert first.name == "call"
    named = {p.name for p in taken if p.kind is not p.VAR_KEYWORD}
    parsed = {p.name for p in command.params if p.expose_value}
    assert named == parsed or (named < parsed and len(named) < len(taken))


@EACH
def test_its_verb_names_the_target_or_the_host(command: Command) -> None:
    names = [n for _, n, *_ in string.Formatter().parse(command.act.one) if n is not None]
    assert set(names) <= {"target", "host"}
    assert command.act.many is None
    assert not command.act.values
    assert command.act.one[0].islower()
    assert ("target" in names) == (
        isinstance(command.targets, Paths)
        or (command.targets is not None and command.targets.needed)
    )
    if command.hostless:
        assert names == []


@EACH
def test_its_feature_is_a_switch_of_the_config(command: Command) -> None:
    assert command.feature in {None, *FEATURES}
    if command.feature is not None:
        off = Registry(COMMANDS, FEATURES - {command.feature})
        assert command not in off.commands
        assert off.get(command.name) is None


@EACH
def test_it_costs_something_and_less_than_a_minute_has(command: Command) -> None:
    assert 1 <= command.cost <= 10
    # What is brought to an end even after a kill may take as long as a pull does.
    longest = 4 * 3600 if command.left else 600
    assert command.deadline is None or 0 < command.deadline <= longest


@EACH
def test_what_it_is_redirected_to_exists_and_may_be_run_by_less(command: Command) -> None:
    if command.redirect is None:
        return
    for words in ((), ("_code",), ("web",), ("-x",)):
        other = command.redirect(words, request("/x"))
        found = REGISTRY.get(other) if other else command
        assert found is not None
        assert found.danger <= command.danger


@EACH
def test_the_usage_line_is_understood_without_its_optional_words(command: Command) -> None:
    line = re.sub(r"\s*\[[^]]*\]", "", usage(command)).replace("…", "").lower()
    found, words = REGISTRY.resolve(Line(tuple(line.split())))
    assert found is command
    assert parse(command, words).host is None


def attempt(command: Command, words: tuple[str, ...]) -> Parsed | None:
    try:
        return parse(command, words)
    except UsageError:
        return None


def words_of(command: Command) -> st.SearchStrategy[tuple[str, ...]]:
    """Words that the command may understand, and words that it may not."""
    names = [name for param in options(command) for name in param.opts]
    values = ["5", "10m", "name", "status=exited", "label=a=b", "all", "kill", "en", "-", "--"]
    likely = st.sampled_from([*names, *values, "web", "@db1", "@all", "--all=false", "-aq=true"])
    joined = st.builds("{}={}".format, st.sampled_from(names or ["--x"]), st.sampled_from(values))
    return st.lists(likely | joined | st.text(max_size=5), max_size=7).map(tuple)


LINES = st.sampled_from(COMMANDS).flatmap(lambda c: st.tuples(st.just(c), words_of(c)))


@given(LINES)
def test_any_words_are_values_or_a_usage_error(line: tuple[Command, tuple[str, ...]]) -> None:
    command, words = line
    found = attempt(command, words)
    assert found is None or set(found.params) == {p.name for p in command.params if p.expose_value}


def typed(text: str) -> tuple[Builder, tuple[Call, ...]]:
    builder = bench(registry=REGISTRY).builder
    try:
        return builder, builder.typed(request(text))
    except UsageError:
        return builder, ()


@given(LINES)
def test_every_call_can_be_built_again(line: tuple[Command, tuple[str, ...]]) -> None:
    command, words = line
    words = tuple(w for w in words if "\0" not in w)
    builder, calls = typed(f"{command.spelling} {shlex.join(words)}")
    for call in calls:
        agreed = Confirmation("b", ())
        again = builder.again(call.id, call.request, call.argv, call.host_name, agreed)
        assert (again.command, again.params) == (call.command, call.params)
        assert (again.argv, again.host_name) == (call.argv, call.host_name)


def test_a_stranger_may_run_none() -> None:
    known = Policy(())
    assert not any(known.decide(1, c.permission, None, changes=c.changes).allowed for c in COMMANDS)


def test_the_reference_is_current() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == reference.text()


def test_the_reference_names_all_but_what_is_hidden() -> None:
    page = reference.text()
    for command in COMMANDS:
        assert (f"| `{usage(command)}`" in page) is not command.hidden
