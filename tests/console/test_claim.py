"""`pierhead claim`: a code on the console, wherever the key is to be."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from bot.access.claim import Claim, file_of
from tests.console.conftest import Run, everything


def test_it_shows_a_code_that_is_good(place: Path, run: Run) -> None:
    said = run("claim")
    assert (said.code, said.err) == (0, "")
    first, line = said.out.splitlines()
    assert first == "Within 10 min, send the bot this in a private chat. Three guesses in all."
    assert line.startswith("    /start _")
    code = line.split()[1]
    assert Claim(file_of(place / "pierhead.key"), time.time).guess(code)


def test_the_folder_of_the_key_is_made(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_STORAGE__URL", "sqlite:///deep/down/pierhead.db")
    assert run("claim").code == 0
    assert stat.S_IMODE((place / "deep").stat().st_mode) == 0o700
    assert sorted(everything(place / "deep/down")) == ["pierhead.key", "pierhead.key.claim"]


@pytest.mark.parametrize("key", ["/dev/null/key", "taken/key"])
def test_where_no_key_can_be_one_sentence_says_so(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    (place / "taken").write_text("a file, no folder")
    monkeypatch.setenv("PIERHEAD_STORAGE__KEY_FILE", key)
    said = run("claim")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("No code can be kept: ")
    assert said.err.count("\n") == 1


def test_where_the_folder_takes_no_code_one_sentence_says_so(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("claim").code == 0

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bot.access.claim.Claim._write", refused)
    said = run("claim")
    assert (said.code, said.out, said.err) == (1, "", "No code can be kept: .: Permission denied\n")


def test_a_config_that_is_wrong_is_told(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_LIMITS__RATE", "many")
    said = run("claim")
    assert (said.code, said.out) == (1, "")
    assert said.err == "PIERHEAD_LIMITS__RATE: limits.rate: It must be a whole number.\n"
    assert everything(place) == {}
