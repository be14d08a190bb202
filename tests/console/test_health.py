"""`pierhead health`: exit codes, and next to nothing imported while all is well."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.heartbeat import POLLED, STORED, Heartbeat
from tests.console.conftest import Run

HEAVY = """
import sys
from bot.__main__ import main
code = main(["health"])
print({"babel", "pydantic", "sqlalchemy", "telegram", "bot.reply"} & set(sys.modules))
sys.exit(code)
"""


def alive(folder: Path, age: float = 0.0) -> None:
    heartbeat = Heartbeat(folder / "pierhead.db.alive")
    heartbeat.beat(POLLED, time.time())
    heartbeat.beat(STORED, time.time() - age)
    heartbeat.write()


def test_what_does_not_run_is_not_well(run: Run) -> None:
    said = run("health")
    assert (said.code, said.out) == (1, "")
    assert said.err == "Pierhead is not running here, or has not polled yet.\n"


def test_what_is_alive_is_well_and_silent(place: Path, run: Run) -> None:
    alive(place)
    said = run("health")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_what_stores_nothing_is_not_well(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive(place, 7200)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    said = run("health")
    assert (said.code, said.err) == (1, "Ничего не сохраняется уже 2 ч.\n")


def test_it_looks_where_the_config_says(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "there").mkdir()
    (place / "there.toml").write_text('[storage]\nurl = "sqlite:///there/pierhead.db"\n')
    alive(place / "there")
    assert run("health").code == 1
    assert run("health", "--config", "there.toml").code == 0


def test_while_all_is_well_nothing_heavy_is_imported(place: Path) -> None:
    alive(place)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", HEAVY], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "set()\n"), done.stderr
