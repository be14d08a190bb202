"""Who is asked next when nobody takes an alert: in turn, and past whoever can't be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.e2e.talk import tap
from tests.e2e.test_alerts import run, saying, started, told
from tests.private_engine import Engine

CRASH = ("sh", "-c", "sleep 1; exit 3")
ASKED = "You are asked next: nobody who was told before could take it."


@pytest.fixture
def asking(watching: Pierhead, tmp_path: Path) -> Pierhead:
    """The owner is told at once, the operator after 5 minutes, the group after 15."""
    watching.file = tmp_path / "config.toml"
    watching.file.write_text(
        f'[[alert]]\nname = "exited"\nseverity = "critical"\nchats = [{OWNER}]\n'
        f'escalate = [{{ to = {OPERATOR}, after = "5m" }}, {{ to = {GROUP}, after = "15m" }}]\n'
    )
    return watching


async def test_each_is_asked_in_turn_also_over_a_restart(
    asking: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    owner, operator = telegram.private(OWNER), telegram.private(OPERATOR)
    group = telegram.group(GROUP, OWNER)
    run(engine, "web")
    async with asking.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=CRASH)
        await told(owner, clock, "CRITICAL db@local")
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
        assert not saying(operator, "db@local")
    clock.advance(320)
    async with asking.running():
        card = await told(operator, clock, "CRITICAL db@local")
        assert ASKED in card.text
        assert not card.silent
        await tap(card, "I have it")
        assert "ops-1" in (await told(owner, clock, "has it. I ask again at")).text
        clock.advance(900)
        assert not saying(group, "db@local")
        engine.docker("rm", "-f", "db")
        await eventually(lambda: len(saying(operator, "Resolved: db@local")) == 2, clock, 10)
        await eventually(lambda: len(saying(owner, "Resolved: db@local")) == 2, clock)
    assert not saying(group, "db@local")


async def test_who_has_blocked_the_bot_is_passed_over_at_once(
    asking: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    group = telegram.group(GROUP, OWNER)
    telegram.private(OWNER).block()
    telegram.private(OPERATOR).block()
    run(engine, "web")
    async with asking.running():
        await started(tmp_path, clock, 1)
        begun = clock()
        run(engine, "db", command=CRASH)
        card = await told(group, clock, "CRITICAL db@local")
        assert clock() - begun < 120
        assert ASKED in card.text
