"""What is cut holds no half of a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.pattern import Pattern
from bot.reply.redact import Redactor
from bot.watch.beginning import beginning
from bot.watch.matches import Matches

SECRET = "ghp_" + "x1" * 18
TOKEN = "s3cr3t-k3y-0f-the-0wner"
HIDES = Redactor([TOKEN])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ERROR: no", "ERROR: no"),
        ("ERROR: none", "ERROR:…"),
        ("ERROR: no such", "ERROR: no…"),
        ('{"key":"value"}', '{"key":"…'),
        ("x" * 10, "…"),
    ],
)
def test_it_ends_where_a_word_does(text: str, told: str) -> None:
    assert beginning(text, 9) == told


@given(st.integers(200, 400), st.sampled_from([SECRET, TOKEN]), st.sampled_from([" ", '"', "\t"]))
def test_no_half_of_a_secret_is_left(before: int, secret: str, mark: str) -> None:
    line = "e" * before + mark + secret + mark + "more " * 40
    shown = HIDES.text(beginning(line, 300))
    assert secret[:6] not in shown


def test_what_a_rule_shows_of_a_log_holds_none_either() -> None:
    matches = Matches(Pattern("FATAL"), 60.0, 0.0)
    matches.take(f"FATAL {'e' * 270} token {SECRET}", 0.0)
    (shown,) = matches.lines(0.0)
    assert SECRET[:6] not in HIDES.text(shown)
