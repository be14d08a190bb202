"""Rules about logs, on a real Engine: what matches is told once, a flood costs little."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead
from tests.e2e.luck import called
from tests.e2e.test_alerts import run, saying, started, told, watching
from tests.private_engine import Engine

__all__ = ["watching"]

SLOW = "sleep 1; for n in 1 2 3 4; do echo ERROR: worker $n died; echo fine; done; sleep 600"
SEARCHED = 3.0  # seconds of a flood that are measured


def ruled(watching: Pierhead, folder: Path, when: str) -> None:
    """Have a rule, and tell the owner and one who may read no log."""
    watching.file = folder / "config.toml"
    watching.file.write_text(
        f'[[alert]]\nname = "errors"\nwhen = "{when}"\nchats = [{OWNER}, {VIEWER}]\n'
        '[access.roles.lister]\nallow = ["alert.ls", "container.ls"]\n'
    )
    watching.environment[f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__ROLE"] = "lister"


async def test_lines_that_match_are_told_and_only_to_who_may_read_them(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    ruled(watching, tmp_path, "log /^ERROR/ > 3 in 10m")
    run(engine, "old", command=("sh", "-c", SLOW.replace("sleep 1; ", "")))
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "web", command=("sh", "-c", SLOW))
        card = await told(phone, clock, "4 × ERROR")
        lines = card.text.splitlines()
        assert lines[:2] == ["Warning: web@local", "4 lines of its log match, in 10 min"]
        assert "They are like these:" in lines
        assert "4 × ERROR: worker 4 died" in lines
        seen = await told(telegram.private(VIEWER), clock, "web@local")
        assert "4 lines of its log match" in seen.text
        assert not saying(telegram.private(VIEWER), "ERROR")
        await told(phone, clock, "Resolved: web@local", 30)
        assert not saying(phone, "old@local"), "what was logged before is not new"


async def test_what_is_logged_at_once_is_not_missed(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    ruled(watching, tmp_path, "log /FATAL/ > 0 in 10m")
    run(engine, "other")
    async with watching.running():
        await started(tmp_path, clock, 1)
        run(engine, "web", command=("sh", "-c", "echo FATAL: no such database; sleep 600"))
        await told(telegram.private(OWNER), clock, "1 × FATAL")


async def test_a_flood_is_one_card_and_costs_a_bounded_share_of_a_core(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    ruled(watching, tmp_path, "log /ERROR/ > 5 in 10m")
    run(engine, "other")
    async with watching.running():
        await started(tmp_path, clock, 1)
        flood = ("sh", "-c", "sleep 1; yes ERROR: the disk of worker 7 is full; true")
        run(engine, "web", "--log-opt", "max-size=5m", command=flood)
        await told(phone, clock, "ERROR: the disk")
        await called(telegram, "getUpdates")
        spent, begun = time.process_time(), time.monotonic()
        await asyncio.sleep(SEARCHED)
        share = (time.process_time() - spent) / (time.monotonic() - begun)
        engine.docker("rm", "-f", "web")
        assert share < 0.25, "of a core, with the sandbox that plays Telegram"
        assert len(saying(phone, "web@local")) == 1
