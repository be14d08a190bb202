"""From words to values: Docker's spellings, and our own sentence for every mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.grammar import Parsed, asks_for_help, parse, passed_on, usage
from bot.command.kinds import choice
from bot.command.spec import Command, argument, command, flag, option
from bot.errors import UsageError
from bot.message import msg
from bot.reply import Reply, say
from tests.command import samples
from tests.command.samples import COMMANDS, told

DEFAULTS = {
    "interactive": False,
    "tty": False,
    "rm": False,
    "memory": None,
    "tail": 30,
    "sort": "name",
    "wanted": (),
    "containers": (),
}


def values(text: str, command: Command = samples.ls, host: str | None = None) -> Parsed:
    return parse(command, tuple(text.split()), host)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("", {}),
        ("-i -t", {"interactive": True, "tty": True}),
        ("-it", {"interactive": True, "tty": True}),
        ("-itm 5m", {"interactive": True, "tty": True, "memory": "5m"}),
        ("-itm5m", {"interactive": True, "tty": True, "memory": "5m"}),
        ("-itm=5m", {"interactive": True, "tty": True, "memory": "5m"}),
        ("-m=5m=x", {"memory": "5m=x"}),
        ("-m -it", {"memory": "-it"}),
        ("-m=", {"memory": "="}),
        ("-itm=", {"interactive": True, "tty": True, "memory": "="}),
        ("-m==", {"memory": "="}),
        ("--memory=", {"memory": ""}),
        ("-m --", {"memory": "--"}),
        ("--tail 5", {"tail": 5}),
        ("--tail=5", {"tail": 5}),
        ("-n 5", {"tail": 5}),
        ("-n5", {"tail": 5}),
        ("-n=5", {"tail": 5}),
        ("--tail all", {"tail": 10_000}),
        ("--tail 5 --tail 6", {"tail": 6}),
        ("-f a=b -f c=d", {"wanted": (("a", "b"), ("c", "d"))}),
        ("-fa=b --filter=c=d=e", {"wanted": (("a", "b"), ("c", "d=e"))}),
        ("-f=a=b", {"wanted": (("a", "b"),)}),
        ("--rm", {"rm": True}),
        ("--rm=true", {"rm": True}),
        ("--rm=false", {}),
        ("--rm --rm=false", {}),
        ("--rm=1", {"rm": True}),
        ("--rm=F", {}),
        ("-i=True", {"interactive": True}),
        ("-it=true", {"interactive": True, "tty": True}),
        ("-it=false", {"interactive": True}),
        ("web -i db", {"interactive": True, "containers": ("web", "db")}),
        ("-- -i web", {"containers": ("-i", "web")}),
        ("web -- -i --", {"containers": ("web", "-i", "--")}),
        ("-", {"containers": ("-",)}),
        ("--sort SIZE", {"sort": "size"}),
    ],
)
def test_options_are_spelled_as_with_docker(text: str, changed: dict[str, Any]) -> None:
    assert dict(values(text).params) == DEFAULTS | changed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("--tial 5", "There is no option --tial. Did you mean --tail?"),
        ("--intractive", "There is no option --intractive. Did you mean --interactive?"),
        ("-tail 5", "There is no option -tail. Did you mean --tail?"),
        ("-itx", "There is no option -x."),
        ("--x", "There is no option --x."),
        ("-x", "There is no option -x."),
        ("--tial=5", "There is no option --tial. Did you mean --tail?"),
        ("--tail", "--tail needs a value."),
        ("-itm", "-m needs a value."),
        ("--rm=perhaps", "That value does not fit --rm."),
        ("-it=", "That value does not fit -it."),
        ("--tail=x", "x does not fit here. A number from 0 to 10,000, please."),
        ("--tail=", " does not fit here. A number from 0 to 10,000, please."),
        ("--tail=-1", "-1 does not fit here. A number from 0 to 10,000, please."),
        ("-f x=y", "There is no filter x=y. Filters: name, a, c."),
        ("--sort no", "no is none of these: name, size."),
        ("a " * 51, "At most 50 at once, please."),
    ],
)
def test_a_mistake_is_told_in_our_words_with_the_usage(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        values(text)
    assert told(refused.value) == sentence
    assert refused.value.usage == usage(samples.ls)


@pytest.mark.parametrize(
    ("command", "text", "sentence"),
    [
        (samples.mv, "", "NEW_NAME is missing."),
        (samples.mv, "web", "NEW_NAME is missing."),
        (samples.mv, "a b c d", "c is one word too many."),
        (samples.mv, "a b @nas", "@nas is one word too many."),
    ],
)
def test_words_missing_or_too_many_are_told(command: Command, text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        values(text, command)
    assert told(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "host", "containers", "words"),
    [
        ("@db1", "db1", (), ""),
        ("@db1 web", "db1", ("web",), "web"),
        ("-it @db1 web", "db1", ("web",), "-it web"),
        ("-m 5 @db1 web -i", "db1", ("web",), "-m 5 web -i"),
        ("-m @db1 @db1 web", "db1", ("web",), "-m @db1 web"),
        ("@db1 -m @db1 web", "db1", ("web",), "-m @db1 web"),
        ("@db1 @db1 web", "db1", ("@db1", "web"), "@db1 web"),
        ("@db1 -- @db1", "db1", ("@db1",), "-- @db1"),
        ("@DB1 web", "DB1", ("web",), "web"),
        ("-m @db1 web", None, ("web",), "-m @db1 web"),
        ("--memory=@db1 web", None, ("web",), "--memory=@db1 web"),
        ("web @db1", None, ("web", "@db1"), "web @db1"),
        ("-- @db1 web", None, ("@db1", "web"), "-- @db1 web"),
        ("@ web", None, ("@", "web"), "@ web"),
        ("web@db1", None, ("web@db1",), "web@db1"),
    ],
)
def test_the_host_is_named_before_the_first_word_and_nowhere_else(
    text: str, host: str | None, containers: tuple[str, ...], words: str
) -> None:
    found = values(text)
    assert (found.host, found.params["containers"]) == (host, containers)
    assert found.words == tuple(words.split())


@command("report", permission="report", act=msg("report"))
@flag("--short", help="In short")
@argument("period", required=False, type=choice("day", "week"), default="day")
async def reports(_call: object, **_values: object) -> Reply:
    """Report."""
    return say(msg("reported"))


@pytest.mark.parametrize(
    ("text", "host", "words"),
    [
        ("week @db1", "db1", "week"),
        ("@db1 week @nas --short", "db1,nas", "week --short"),
        ("@db1 @all", "db1,all", ""),
    ],
)
def test_where_nothing_is_named_hosts_stand_anywhere(text: str, host: str, words: str) -> None:
    found = values(text, reports)
    assert (found.host, found.words) == (host, tuple(words.split()))


def test_a_known_host_is_not_named_by_a_word() -> None:
    found = values("@db1 web", host="nas")
    assert (found.host, found.params["containers"]) == ("nas", ("@db1", "web"))
    assert found.words == ("@db1", "web")


def test_a_command_about_no_host_takes_no_host() -> None:
    found = values("@db1 web", samples.hello)
    assert (found.host, found.params["words"]) == (None, ("@db1", "web"))


@pytest.mark.parametrize(
    ("text", "read", "host"),
    [
        ("web ls -t -l @nas", {"tty": False, "words": ("ls", "-t", "-l", "@nas")}, None),
        ("-t web ls -t", {"tty": True, "words": ("ls", "-t")}, None),
        ("@db1 -t web -- -t", {"tty": True, "words": ("--", "-t")}, "db1"),
        ("-t @db1 web @nas", {"tty": True, "words": ("@nas",)}, "db1"),
        ("-- web -t", {"tty": False, "words": ("-t",)}, None),
    ],
)
def test_what_follows_the_first_word_is_passed_on(
    text: str, read: dict[str, Any], host: str | None
) -> None:
    """As with `docker exec web ls -t`, where -t is for ls to read."""
    found = values(text, samples.exec_)
    assert (dict(found.params), found.host) == (read | {"container": "web"}, host)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            samples.ls,
            "/boxes [-i] [-t] [--rm] [-m TEXT] [-n LINES] [--sort WORD] [-f FILTER] [CONTAINER…]",
        ),
        (samples.rm, "/box_rm CONTAINER…"),
        (samples.mv, "/box_mv CONTAINER NEW_NAME"),
        (samples.exec_, "/exec [-t] CONTAINER [WORD…]"),
    ],
)
def test_the_usage_line_is_in_dockers_order(command: Command, line: str) -> None:
    assert usage(command) == line


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("--help", True),
        ("-h", True),
        ("-ih", True),
        ("-hx", True),
        ("--help=1", True),
        ("web -i --help", True),
        ("-m 5 -h", True),
        ("--x --help", False),
        ("--help=false", False),
        ("-m --help", False),
        ("-m -h", False),
        ("-mh", False),
        ("--tail=-h", False),
        ("-- --help", False),
        ("web", False),
        ("", False),
    ],
)
def test_help_is_asked_for_where_docker_would_give_it(text: str, asks: bool) -> None:
    assert asks_for_help(samples.ls, tuple(text.split())) is asks


@pytest.mark.parametrize(
    ("text", "asks"),
    [("-h", True), ("@nas -th web", True), ("web -h", False), ("web ls --help", False)],
)
def test_what_is_passed_on_asks_somebody_else_for_help(text: str, asks: bool) -> None:
    assert asks_for_help(samples.exec_, tuple(text.split())) is asks


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        (samples.exec_, "-t web ls -t", "ls -t"),
        (samples.exec_, "@nas web -- ls", "-- ls"),
        (samples.exec_, "-- web ls", "ls"),
        (samples.exec_, "web", ""),
        (samples.exec_, "-x web ls", ""),
        (samples.ls, "web ls", ""),
        (samples.hello, "a b", "a b"),
    ],
)
def test_what_is_passed_on(command: Command, text: str, words: str) -> None:
    assert passed_on(command, tuple(text.split())) == tuple(words.split())


@command("box run", permission="box.run", act=msg("run"))
@option("-h", "--hostname", help="Its name")
@option("--sig-proxy", is_flag=True, default=True, help="Hand signals on")
async def _run(_call: object, **_values: object) -> Reply:
    """Run."""
    return say(msg("run"))


def test_a_letter_with_a_meaning_of_its_own_asks_for_no_help() -> None:
    assert not asks_for_help(_run, ("-h", "web"))
    assert parse(_run, ("-h", "web")).params["hostname"] == "web"


@pytest.mark.parametrize(
    ("text", "value"),
    [("", True), ("--sig-proxy", True), ("--sig-proxy=false", False), ("--sig-proxy=T", True)],
)
def test_what_is_on_unless_told_can_be_put_off(text: str, value: bool) -> None:
    assert parse(_run, tuple(text.split())).params["sig_proxy"] is value


def _with(count: int) -> Command:
    params = tuple(click.Option([f"--x{n}"], help="X") for n in range(count))
    return replace(samples.rm, params=(*params, *samples.rm.params))


def test_more_options_than_fit_a_screen_are_told_in_one_word() -> None:
    assert usage(_with(13)) == "/box_rm [OPTIONS] CONTAINER…"
    assert usage(_with(12)).count("[--x") == 12


def test_parsing_leaves_nothing_behind() -> None:
    values("-it web")
    with pytest.raises(UsageError):
        values("--x")
    assert click.get_current_context(silent=True) is None


WORD = (
    st.sampled_from(
        ["-i", "-t", "-it", "-m", "--tail", "--tail=5", "--", "-", "@db1", "web", "--rm=f", "=", ""]
    )
    | st.from_regex(r"\A--?[a-z]{1,6}(=[a-z@5-]*)?\Z")
    | st.text(max_size=8)
)


def attempt(command: Command, words: tuple[str, ...], host: str | None) -> Parsed | None:
    try:
        return parse(command, words, host)
    except UsageError as error:
        assert error.usage  # noqa: PT017 - any other error fails the test anyway
        return None


@given(
    st.sampled_from(COMMANDS),
    st.lists(WORD, max_size=8).map(tuple),
    st.sampled_from([None, "nas"]),
)
def test_any_words_are_values_or_a_usage_error_and_stay_so(
    command: Command, words: tuple[str, ...], host: str | None
) -> None:
    found = attempt(command, words, host)
    if found is not None:
        assert set(found.params) == {p.name for p in command.params}
        again = parse(command, found.words, found.host or "nas")
        assert again.params == found.params
        assert again.words == found.words
