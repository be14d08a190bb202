"""What only BuildKit can do is refused by that name, and not as an option that does not exist."""

from __future__ import annotations

import pytest

from bot.command.grammar import parse
from bot.errors import UsageError
from handlers import COMMANDS
from tests.command.samples import told

BUILD = next(command for command in COMMANDS if command.name == "image build")
WHY = "It is BuildKit's, and I build with the classic builder."


@pytest.mark.parametrize(
    "line",
    [
        "--progress plain -",
        "--secret id=npm,src=.npmrc -",
        "--ssh=default -",
        "-o type=local,dest=. -",
        "--cache-to type=inline -",
        "--check -",
    ],
)
def test_it_says_whose_it_is(line: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(BUILD, tuple(line.split()))
    assert WHY in told(refused.value)


def test_what_happens_anyway_is_taken() -> None:
    assert parse(BUILD, ("--load", "-t", "shop:2", "-")).params["tag"] == ("shop:2",)
