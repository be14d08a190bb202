"""A group that becomes a supergroup: its alerts go with it, told once and rung no second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import asked, count, eventually
from tests.e2e.talk import tap
from tests.e2e.test_alerts import run, started, told
from tests.private_engine import Engine

OLD, NEW = -77, -100_77
CRASH = ("sh", "-c", "sleep 1; exit 3")


@pytest.fixture
def group_is_told(watching: Pierhead, telegram: Sandbox, tmp_path: Path) -> Pierhead:
    """A group of the config is told what has ended."""
    telegram.world.add_group(OLD, "Old", (OWNER,))
    watching.environment[f"PIERHEAD_ACCESS__CHATS___{-OLD}__HOSTS"] = "local"
    watching.file = tmp_path / "config.toml"
    watching.file.write_text(f'[[alert]]\nname = "exited"\nchats = [{OLD}]\n')
    return watching


async def test_what_fires_comes_once_more_in_silence_and_can_be_taken_there(
    group_is_told: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    run(engine, "web")
    async with group_is_told.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=CRASH)
        await told(telegram.group(OLD, OWNER), clock, "Warning: db@local")
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
        telegram.upgrade(OLD, NEW)
        group = telegram.group(NEW, OWNER)
        card = await told(group, clock, "Warning: db@local")
        assert card.silent
        await tap(card, "I have it")
        assert (await told(group, clock, "has it. I ask again at")).id == card.id
        run(engine, "cache", command=CRASH)
        await told(group, clock, "db: Exited with code 3", 3)
        for name in ("db", "cache"):
            engine.docker("rm", "-f", name)
        await told(group, clock, "Resolved on local: 2 alerts", 3)
        mine = [seen for seen in group.history if "local" in seen.text]
        assert [seen.reply_to for seen in mine] == [None, card.id]
    assert asked(tmp_path, "SELECT DISTINCT state FROM outbox WHERE state = 'failed'") == []
