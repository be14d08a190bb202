"""What the audit keeps of a command line."""

from __future__ import annotations

import pytest

from bot.pipeline.record import event_of
from bot.reply.redact import MASK, Redactor
from storage import calls
from storage.calls import State

CONTEXT = '{"name": "Olga", "origin": "typed"}'


def kept(*argv: str) -> list[str]:
    row = calls.Call("c", 9, "i", argv[0], argv, 1, 1, 0.0, context=CONTEXT)
    event = event_of(row, (), State.REQUESTED, 0.0, Redactor(()))
    words = event["argv"]
    assert isinstance(words, list)
    return words


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        (("-e", "LICENSE=abc"), ("-e", f"LICENSE={MASK}")),
        (("--env", "A=b=c"), ("--env", f"A={MASK}")),
        (("--env=A=b",), (f"--env=A={MASK}",)),
        (("-eA=b",), (f"-eA={MASK}",)),
        (("-deA=b\nc",), (f"-deA={MASK}",)),
        (("--build-arg", "A=b"), ("--build-arg", f"A={MASK}")),
        (("-e", "NAME"), ("-e", "NAME")),
        (("-p", "80:80"), ("-p", "80:80")),
        (("--name=web",), ("--name=web",)),
    ],
)
def test_the_value_of_a_variable_is_nobodys_business(
    typed: tuple[str, ...], recorded: tuple[str, ...]
) -> None:
    assert kept("run", *typed, "img")[1:-1] == list(recorded)
