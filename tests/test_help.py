"""`/help run`: ninety options on a phone."""

from __future__ import annotations

import click
import pytest

from bot.command.grammar import options
from bot.command.spec import Command
from bot.message import Code
from bot.reference.dockers import verbs
from bot.reply import Fold, Text
from handlers.people.help import _details
from handlers.people.topics import by_topic
from tests.command.docker.samples import declared
from tests.command.samples import WORDS

SAMPLES = {verb.name: declared(verb) for verb in verbs()}
LONG = {name: command for name, command in SAMPLES.items() if len(options(command)) > 12}


def seen(command: Command) -> list[str]:
    """The lines outside of folds."""
    return [WORDS.plain(b.message) for b in _details(command) if isinstance(b, Text)]


def test_there_are_some() -> None:
    assert set(LONG) == {"container create", "container run", "container update", "image build"}


def test_what_is_seen_of_run_is_a_few_lines() -> None:
    assert seen(LONG["container run"]) == [
        "Try.",
        "Usage: /container_run [OPTIONS] FIRST [WORD…]",
        "Used most",
        "Network",
        "Files and volumes",
        "Limits",
        "Health",
        "Rights and isolation",
        "More",
    ]


@pytest.mark.parametrize("name", LONG)
def test_every_option_is_in_one_topic(name: str) -> None:
    command = LONG[name]
    folds = [b for b in _details(command) if isinstance(b, Fold)]
    inside = [part.message for fold in folds for part in fold.blocks if isinstance(part, Text)]
    names = [m.values["option"] for m in inside]
    assert sorted(n.text for n in names if isinstance(n, Code)) == sorted(
        ", ".join(option.opts) for option in options(command)
    )
    assert len(folds) == len(list(by_topic(options(command))))


@pytest.mark.parametrize(
    ("option", "topic"),
    [
        ("--volume", "Used most"),
        ("--volumes-from", "Files and volumes"),
        ("--device", "Rights and isolation"),
        ("--device-read-bps", "Limits"),
        ("--health-cmd", "Health"),
        ("--ip6", "Network"),
        ("--ipc", "Rights and isolation"),
        ("--pids-limit", "Limits"),
        ("--log-driver", "More"),
    ],
)
def test_an_option_is_where_one_would_look_for_it(option: str, topic: str) -> None:
    topics = {
        name: title.one
        for title, found in by_topic(options(LONG["container run"]))
        for param in found
        for name in param.opts
    }
    assert topics[option] == topic


def test_of_a_short_one_every_option_is_seen_at_once() -> None:
    rm = SAMPLES["container rm"]
    assert len(seen(rm)) == 2 + len(options(rm))
    assert all(isinstance(p, click.Option) for p in options(rm))
