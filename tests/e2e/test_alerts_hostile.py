"""What a container says of itself does not decide what is told of it, on a real Engine."""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.test_alerts import run, started, told
from tests.private_engine import Engine


async def test_a_label_does_not_hide_how_a_container_ended(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    """An Engine lays the labels over what it tells of an event: `exitCode` is the label's."""
    run(engine, "web")
    async with watching.running():
        await started(tmp_path, clock, 1)
        hides = ("--label", "exitCode=0", "--label", "signal=SIGKILL")
        run(engine, "db", *hides, command=("sh", "-c", "sleep 1; exit 3"))
        card = await told(telegram.private(OWNER), clock, "db@local")
        assert card.text.splitlines()[:2] == ["Warning: db@local", "Exited with code 3"]
