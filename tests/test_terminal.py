"""What the console shows is in its own language."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.config import Problem
from bot.message import msg
from bot.terminal import Terminal, language

HELLO = msg("Changes are allowed now.")
RUSSIAN = "Теперь менять можно.\n"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "en_GB@euro"}, "en"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "../ru"}, None),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, "ru"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ru_RU.UTF-8"}, "ru"),
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, None),
    ],
)
def test_the_language_is_what_the_terminal_says(
    environ: Mapping[str, str], expected: str | None
) -> None:
    assert language(environ) == expected


def test_the_terminal_s_language_counts_before_the_config_s(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    Terminal("ru").tell(HELLO)
    assert capsys.readouterr() == (RUSSIAN, "")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    Terminal("ru").complain(HELLO)
    assert capsys.readouterr() == ("", "Changes are allowed now.\n")


def test_a_problem_with_the_config_has_its_place_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    missing = msg("It is missing.")
    one, whole = Problem("telegram.token", "c.toml:3", missing), Problem("", "c.toml", missing)
    assert Terminal().word(one.said).startswith("c.toml:3: telegram.token: ")
    assert Terminal().word(whole.said).startswith("c.toml: ")
    assert "missing" not in Terminal().word(one.said)
