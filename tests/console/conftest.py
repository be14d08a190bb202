"""The program as somebody at the console runs it, in an empty folder with a language of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main

TOKEN = "123456:AAtestTESTtestTESTtestTESTtestTEST"
LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run came to: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory; the environment holds a token and nothing else of Pierhead's."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [n for n in os.environ if n.startswith("PIERHEAD_") or n in LANGUAGE]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIERHEAD_TELEGRAM__TOKEN", TOKEN)
    return folder


@pytest.fixture
def run(place: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `pierhead …` in this process."""

    def pierhead(*arguments: str) -> Said:
        code = main([*arguments])
        return Said(code, *capsys.readouterr())

    return pierhead


def everything(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, to see whether something was changed or left behind."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
