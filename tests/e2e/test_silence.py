"""Silences and times of maintenance: what is not told, until when, and what is told after that."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.luck import eventually, outcomes
from tests.e2e.talk import ask, tap, verdict
from tests.e2e.test_alerts import run, saying, started, told
from tests.private_engine import Engine

DIES = ("sh", "-c", "exit 3")


async def test_what_is_silenced_is_told_when_that_is_over(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        made = await ask(phone, '/silence db* for 2h --rule exited --comment "new disk"')
        first, *rest = made.text.splitlines()
        assert first.startswith("Silent until ")
        assert rest == ["db* on local, rule exited", "Nothing that fires now is among it."]
        run(engine, "db", command=DIES)
        run(engine, "web2", command=DIES)
        await told(phone, clock, "web2@local")
        assert not saying(phone, "Warning: db@local")
        listed = await ask(phone, "/silence ls")
        assert listed.text.splitlines()[0] == "1 silence"
        assert listed.text.endswith("by owner: new disk")
        alerts = await ask(phone, "/alert ls")
        assert alerts.text.splitlines()[-1] == "1 silence holds."
        assert "db@local: exited since" in alerts.text, "it is hidden from nobody who looks"
        await tap(listed, "End: db* on local, rule exited")
        await told(phone, clock, "db")
    assert outcomes(tmp_path, "alert silence") == ["requested", "finished"]
    assert outcomes(tmp_path, "alert unsilence") == ["requested", "finished"]


async def test_a_container_of_a_service_is_silenced_as_that(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    labels = ("project=media", "service=app")
    options = (word for label in labels for word in ("--label", f"com.docker.compose.{label}"))
    run(engine, "media-app-1", *options)
    async with watching.running():
        await started(tmp_path, clock, 1)
        made = await ask(telegram.private(OWNER), "/silence media-app-1 web for 1h")
        assert made.text.splitlines()[1:3] == ["app project:media on local", "web on local"]


async def test_a_script_silences_while_the_bot_runs(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")

    async def pierhead(*words: str) -> str:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "silence", *words),
            env={**os.environ, **watching.environment},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await program.communicate()
        assert program.returncode == 0
        return out.decode().strip()

    async with watching.running():
        await started(tmp_path, clock, 1)
        id_ = await pierhead("--for", "1h", "--on", "db")
        listed = await ask(phone, "/silences")
        assert listed.text.splitlines()[1].startswith("db on every host until ")
        clock.advance(3)
        run(engine, "db", command=DIES)
        run(engine, "web2", command=DIES)
        await told(phone, clock, "web2")
        assert not saying(phone, "Warning: db@local")
        await pierhead("--end", id_)
        await eventually(lambda: bool(saying(phone, "db")), clock, 1)


async def test_maintenance_is_shown_while_it_holds(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    watching.file = tmp_path / "config.toml"
    watching.file.write_text('[[maintenance]]\nhours = "00:00-00:00"\non = "db"\n')
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        seen = await ask(phone, "/alert ls")
        assert seen.text.splitlines() == [
            "Nothing fires.",
            "Maintenance: db on every host, 00:00-00:00 UTC",
        ]
        run(engine, "db", command=DIES)
        run(engine, "web2", command=DIES)
        await told(phone, clock, "web2@local")
        assert not saying(phone, "Warning: db@local")


@pytest.mark.parametrize(
    ("person", "line", "told_"),
    [
        (
            OPERATOR,
            "/silence web",
            "Write what and how long, a week at most: /silence web* for 2h.",
        ),
        (OPERATOR, "/silence web for 8d", "Write what and how long, a week at most"),
        (OPERATOR, "/silence label:a=b for 1h", "What is held back goes by web* / project:media"),
        (OPERATOR, "/silence rm 123", "There is no silence 123."),
        (OPERATOR, "/silences", "Nothing is silenced. /silence web* for 2h does it."),
        (VIEWER, "/silence web for 1h", "Not done: silence alerts on local"),
    ],
)
async def test_what_is_refused(
    watching: Pierhead, telegram: Sandbox, person: int, line: str, told_: str
) -> None:
    async with watching.running():
        assert (await verdict(telegram.private(person), line)).startswith(told_)
