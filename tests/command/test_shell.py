"""What only a shell can do is answered with the line that asks one in the container to do it."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.call import Call
from bot.command.line import split
from bot.command.registry import Registry
from bot.command.spec import argument, command, flag, option, targets
from bot.errors import UsageError
from bot.hosts.types import Kind
from bot.message import Untrusted, msg
from bot.reply import Reply, say
from tests.command.samples import COMMANDS, OWNER, STRANGER, bench, told


@command("container exec", permission="container.exec", act=msg("run in {target}"))
@targets(Kind.CONTAINER, nargs=1)
@argument("command", nargs=-1)
@flag("-t", "--tty", help="Give it a terminal")
@option("-e", "--env", multiple=True, help="Set a variable")
async def _exec(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    """Run something in a container."""
    return say(msg("run"))


@command("container top", shortcut="top", permission="container.top", act=msg("look at {target}"))
@targets(Kind.CONTAINER, nargs=1)
@argument("ps_options", nargs=-1)
async def _top(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    """Show what runs."""
    return say(msg("shown"))


OURS = Registry((*(c for c in COMMANDS if c.shortcut != "exec"), _exec, _top), frozenset())
WITHOUT = Registry((_top,), frozenset())


def refusal(text: str, registry: Registry = OURS, person: int = OWNER) -> UsageError:
    with pytest.raises(UsageError) as refused:
        bench(registry=registry).typed(text, person)
    return refused.value


def instead(error: UsageError) -> str | None:
    """The line that is told to be sent."""
    lines = [h.values["line"] for h in error.hints if "line" in h.values]
    assert len(lines) <= 1
    return lines[0].raw if lines and isinstance(lines[0], Untrusted) else None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ls | wc -l", "/container_exec web sh -c 'ls | wc -l'"),
        ("ls|wc", "/container_exec web sh -c 'ls|wc'"),
        ("ls >a", "/container_exec web sh -c 'ls >a'"),
        ("a && b; c", "/container_exec web sh -c 'a && b; c'"),
        ("echo $(date) `id`", "/container_exec web sh -c 'echo $(date) `id`'"),
        ("sh -c ls | wc", "/container_exec web sh -c 'sh -c ls | wc'"),
        ("-x | y", "/container_exec web sh -c '-x | y'"),
        ("echo 'a b' | wc ", "/container_exec web sh -c \"echo 'a b' | wc\""),
        ('echo "a;b" | wc', """/container_exec web sh -c 'echo "a;b" | wc'"""),
        ("a | “b c”", """/container_exec web sh -c 'a | "b c"'"""),
        ("a —x | ‘b c’", "/container_exec web sh -c \"a -x | 'b c'\""),
    ],
)
def test_the_exact_line_is_told(text: str, line: str) -> None:
    error = refusal(f"/container_exec web {text}")
    assert instead(error) == line
    assert told(error).startswith("No shell runs here, so ")
    assert told(error).endswith(f" This gives it to a shell: {line} Nothing was run.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/container exec web a|b", "/container exec web sh -c 'a|b'"),
        ("$ docker container exec web a|b", "docker container exec web sh -c 'a|b'"),
        ("  /container_exec  @db1   web a|b", "/container_exec @db1 web sh -c 'a|b'"),
        (
            "/container_exec —tty -e 'A=b c' web a|b",
            "/container_exec --tty -e 'A=b c' web sh -c 'a|b'",
        ),
        ("/container_exec -- web a|b", "/container_exec -- web sh -c 'a|b'"),
    ],
)
def test_what_stands_before_the_program_stays(text: str, line: str) -> None:
    assert instead(refusal(text)) == line


@pytest.mark.parametrize(
    "text",
    [
        "/boxes | wc",
        "/top web | wc",
        "/container_exec web | wc",
        "/container_exec web; ls",
        "/container_exec we>b ls",
        "/container_exec -e A=`id` web ls",
        "/container_exec; ls",
        "/container_exec --no-such web ls | wc",
        "/container_exec web ls | wc 'a",
        "/container_exec web ls |\n wc",
        "/nothing web ls | wc",
        "| wc",
        "/container_exec web " + "a" * 250 + " | wc",
        "/container_exec web a\u202eb | wc",
        "/container_exec web 'a\nb' | wc",
    ],
)
def test_where_no_line_would_do_it_none_is_told(text: str) -> None:
    assert instead(refusal(text)) is None


def test_nor_to_whom_may_not_or_where_it_does_not_exist() -> None:
    text = "/container_exec web ls | wc"
    plain = "No shell runs here, so | can't be used. In quotes it is plain text. Nothing was run."
    assert told(refusal(text, person=STRANGER)) == plain
    assert told(refusal(text, WITHOUT)) == plain


WORD = st.text(st.sampled_from("ab-=|;&<>`$('\"“”‘’«—\\ \t"), max_size=8)


@given(st.lists(WORD, max_size=6))
def test_the_line_that_is_told_runs_a_shell_and_nothing_else_has_changed(words: list[str]) -> None:
    try:
        calls = bench(registry=OURS).typed("/container_exec -t web " + " ".join(words))
    except UsageError as error:
        line = instead(error)
        if line is None:
            return
        calls = bench(registry=OURS).typed(line)
        assert calls[0].params["command"][:2] == ("sh", "-c")
        assert len(calls[0].params["command"]) == 3
    assert calls[0].params["container"] == "web"


@pytest.mark.parametrize(
    "script", ["echo a b | tr a c", "echo $(echo 'x  y') ; echo z >&2", 'echo `echo "a\'b"`']
)
def test_a_shell_does_what_was_meant(script: str) -> None:
    line = instead(refusal(f"/container_exec web {script}"))
    assert line is not None
    *_, sh, flag_, given_ = split(line).words
    meant, run = (
        subprocess.run(argv, capture_output=True, check=True).stdout
        for argv in (["sh", "-c", script], [sh, flag_, given_])
    )
    assert run == meant
