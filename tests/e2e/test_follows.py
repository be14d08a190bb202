"""What is followed is bounded: two a person, and the third is told how to end one."""

from __future__ import annotations

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Pierhead
from tests.private_engine import Engine


async def test_a_third_follow_is_refused_until_one_ends(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi; sleep 1000")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        first = await phone.ask("/logs -f web")
        assert "following" in first.text
        second = await phone.ask("/logs -f web")
        assert "following" in second.text
        third = await phone.ask("/logs -f web")
        assert third.text.startswith("Too much is being followed at once.")
        other = await telegram.private(OPERATOR).ask("/logs -f web")
        assert "following" in other.text
        assert await first.tap("Stop following") == "Stopping."
        ended = await first.changed()
        assert "no longer following" in ended.text
        again = await phone.ask("/logs -f web")
        assert "following" in again.text
