"""What goes wrong on a real Engine comes to the owner's chat as one card, and so does its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.private_engine import Engine

GRACE = 181.0


@pytest.fixture
def watching(pierhead: Pierhead) -> Pierhead:
    pierhead.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    return pierhead


def saying(phone: Phone, text: str) -> list[Seen]:
    """The messages that say so now."""
    return [seen for seen in phone.history if text in seen.text]


async def told(phone: Phone, clock: Clock, text: str, step: float = 0.1) -> Seen:
    """The first message that says so, time passing until it is there."""
    await eventually(lambda: bool(saying(phone, text)), clock, step)
    return saying(phone, text)[0]


async def started(folder: Path, clock: Clock, containers: int) -> None:
    """The bot knows the containers that there are, and its start is long ago."""
    await eventually(lambda: count(folder, "alert_state", "kind = 'container'") == containers)
    clock.advance(GRACE)


async def test_an_exit_is_told_and_so_is_its_end(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    crash = "echo FATAL: no such database; sleep 1; exit 3"
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "600")
    async with watching.running():
        await started(tmp_path, clock, 1)
        engine.docker("run", "-d", "--name", "db", "busybox", "sh", "-c", crash)
        card = await told(phone, clock, "FATAL")
        assert card.text.splitlines()[:2] == ["Warning: db@local", "Exited with code 3"]
        assert not card.silent
        assert len(saying(phone, "db@local")) == 1
        engine.docker("rm", "-f", "db")
        end = await told(phone, clock, "Resolved: db@local", 10)
        await eventually(lambda: len(saying(phone, "Resolved: db@local")) == 2, clock)
        assert end.id == card.id
        reply = saying(phone, "Resolved: db@local")[1]
        assert (reply.reply_to, reply.silent) == (card.id, True)
