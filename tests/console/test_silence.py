"""`pierhead silence`: for scripts, whether the bot runs or not."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from tests.console.conftest import Run


def silences(place: Path) -> dict[str, dict[str, object]]:
    with sqlite3.connect(place / "pierhead.db") as connection:
        rows = connection.execute("SELECT id, body FROM alert_state").fetchall()
    connection.close()
    return {id_: json.loads(body) for id_, body in rows}


def test_one_is_begun_and_ended(place: Path, run: Run) -> None:
    said = run("silence", "--for", "30m", "--host", "local", "--on", "web*", "--rule", "exited")
    assert said.code == 0
    id_ = said.out.strip()
    assert said.err.startswith("Silent until ")
    ((key, one),) = silences(place).items()
    assert key == id_
    assert one["on"] == {"host": "local", "name": "web*", "project": "", "label": ""}
    assert (one["rule"], one["by"]) == ("exited", "pierhead silence")
    until = one["until"]
    assert isinstance(until, float)
    assert until == pytest.approx(time.time() + 1800, abs=60)
    assert run("silence", "--end", id_).code == 0
    assert silences(place) == {}
    again = run("silence", "--end", id_)
    assert (again.code, again.err) == (1, f"There is no silence {id_}.\n")
    assert run("audit", "verify").out.startswith("Whole: 2 rows.\n")


def test_without_more_all_is_silent(place: Path, run: Run) -> None:
    assert run("silence", "--for", "1h", "--comment", "backup").code == 0
    (one,) = silences(place).values()
    assert one["on"] == {"host": "*", "name": "*", "project": "", "label": ""}
    assert one["comment"] == "backup"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--host", "moon"), "There is no host moon.\nHosts: local.\n"),
        (("--on", "web db"), "One name or pattern at a time, please.\n"),
        (
            ("--on", "label:a=b"),
            "What is held back goes by web* / project:media alone.\n",
        ),
    ],
)
def test_what_can_t_be(run: Run, options: tuple[str, ...], why: str) -> None:
    said = run("silence", "--for", "1h", *options)
    assert (said.code, said.out, said.err) == (1, "", why)


@pytest.mark.parametrize("words", [("--for", "8d"), ("--for", "0s"), ("--for", "ever"), ()])
def test_it_is_never_for_ever(run: Run, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        run("silence", *words)
