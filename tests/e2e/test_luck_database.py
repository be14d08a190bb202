"""The database is held by another process, or its disk is full."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from storage import buttons, calls, inbox
from storage.database import Database
from storage.errors import Locked
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead, agree, environment_of
from tests.e2e.luck import count, eventually, locked, outcomes
from tests.private_engine import Engine
from tests.unavailable import unavailable

MIB = 2**20
DISK = 64 * MIB


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    return engine


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that waits for its lock only shortly, as nobody here gives it back in time."""
    opened: Any = partial(Database.open, busy_timeout=0.05)
    monkeypatch.setattr(Database, "open", opened)


def started(engine: Engine) -> str:
    return engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web")


@pytest.mark.usefixtures("impatient")
async def test_while_it_is_locked_reads_answer_and_changes_are_refused(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    tmp_path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = started(web)
    phone = telegram.private(OWNER)
    async with pierhead.running():
        await phone.ask("/whoami")
        async with locked(tmp_path):
            await phone.send("/restart -t 0 web")
            await eventually(lambda: "updates can't be stored" in caplog.text)
            await eventually(lambda: "Not done" in phone.history[-1].text, clock)
            assert "I can't write it down" in phone.history[-1].text
            assert "Nothing was changed." in phone.history[-1].text
            assert "web" in (await telegram.private(VIEWER).ask("/ps")).text
            assert "Commands begin" in (await telegram.private(OPERATOR).ask("hello")).text
        assert started(web) == before
        clock.advance(10)
        done = await telegram.private(OPERATOR).ask("/restart -t 0 web")
        assert done.text == "Restarted web@local."
        assert "updates can be stored again" in caplog.text
    assert outcomes(tmp_path, "container restart") == ["requested", "started", "finished"]
    assert count(tmp_path, "inbox", "state <> 'done'") == 0


@pytest.mark.usefixtures("impatient")
async def test_a_lock_that_soon_goes_only_makes_late(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    tmp_path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.ask("/whoami")
        async with locked(tmp_path):
            await phone.send("/restart -t 0 web")
            await eventually(lambda: "updates can't be stored" in caplog.text)
        clock.advance(2)
        assert (await phone.wait()).text == "Restarted web@local."


async def test_what_can_be_stored_and_not_begun_is_told_and_never_run(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = started(web)
    refuse(monkeypatch, calls, "request", times=1)
    phone = telegram.private(OWNER)
    async with pierhead.running():
        seen = await phone.ask("/restart -t 0 web")
        assert "I can't write it down" in seen.text
    async with pierhead.running():
        await phone.ask("/whoami")
    assert started(web) == before


async def test_what_cannot_be_noted_as_begun_does_not_begin(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = started(web)
    refuse(monkeypatch, buttons, "retire", times=1)
    async with pierhead.running():
        seen = await telegram.private(OWNER).ask("/restart -t 0 web")
    assert seen.text.startswith("Not done: restart web@local")
    assert "Nothing was changed." in seen.text
    assert started(web) == before
    assert outcomes(tmp_path, "container restart") == ["requested", "failed"]


async def test_an_outcome_that_cannot_be_recorded_is_told_at_once_and_recorded_later(
    telegram: Sandbox,
    pierhead: Pierhead,
    web: Engine,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse(monkeypatch, inbox, "done", times=3)
    async with pierhead.running():
        phone = telegram.private(OWNER)
        assert (await phone.ask("/restart -t 0 web")).text == "Restarted web@local."
        await eventually(lambda: len(outcomes(tmp_path, "container restart")) == 3, clock)
        await phone.ask("/whoami")
    assert outcomes(tmp_path, "container restart") == ["requested", "started", "finished"]
    assert [seen.text for seen in phone.history].count("Restarted web@local.") == 1


def refuse(
    monkeypatch: pytest.MonkeyPatch, holder: object, name: str, *, times: int, after: int = 0
) -> None:
    """Let the database be locked at a step, so often, after it went well so often."""
    real = getattr(holder, name)
    turns = iter(range(10_000))

    def broken(*args: object, **kwargs: object) -> object:
        if after <= next(turns) < after + times:
            raise Locked("held by somebody else")
        return real(*args, **kwargs)

    monkeypatch.setattr(holder, name, broken)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        unavailable(f"No disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave no room at all."""
    state = os.statvfs(folder)
    with (folder / "filler").open("ab") as file:
        file.write(bytes(state.f_bavail * state.f_frsize))


async def test_on_a_full_disk_prune_still_works(
    telegram: Sandbox, engine: Engine, small_disk: Path, clock: Clock
) -> None:
    engine.docker("create", "--name", "old", "busybox")
    pierhead = Pierhead(environment_of(telegram, engine.url, small_disk), clock)
    async with pierhead.running():
        phone = telegram.private(OWNER)
        await phone.ask("/whoami")
        fill(small_disk)
        asked = await phone.ask("/container prune")
        assert asked.text.startswith("Remove 1 ")
        await agree(asked, asked.buttons[-1][-1], clock)
        done = await asked.changed()
        assert "removed 1" in done.text
        clock.advance(10)
        await asyncio.sleep(0)
        await phone.ask("/whoami")
    assert engine.docker("ps", "-aq") == ""
    assert outcomes(small_disk, "container prune")[-2:] == ["started", "finished"]


async def test_when_even_the_ballast_is_gone_reads_answer_and_the_bot_stays_up(
    telegram: Sandbox, web: Engine, small_disk: Path, clock: Clock
) -> None:
    pierhead = Pierhead(environment_of(telegram, web.url, small_disk), clock)
    before = started(web)
    phone = telegram.private(OWNER)
    async with pierhead.running():
        await phone.ask("/whoami")
        (small_disk / "bot.db.ballast").unlink()
        fill(small_disk)
        await phone.send("/restart -t 0 web")
        await eventually(lambda: "Not done" in phone.history[-1].text, clock)
        phone.unseen()
        assert "local: all well" in (await phone.ask("/ps")).text
        assert started(web) == before
        (small_disk / "filler").unlink()
        clock.advance(10)
        assert (await phone.ask("/restart -t 0 web")).text == "Restarted web@local."
