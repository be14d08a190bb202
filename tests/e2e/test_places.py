"""What runs at once is bounded by person; who is refused is told how to end something."""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Pierhead
from tests.e2e.luck import between
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
        assert third.text.startswith("Too many logs and sessions are open.")
        other = await telegram.private(OPERATOR).ask("/logs -f web")
        assert "following" in other.text
        assert await first.tap("Stop following") == "Stopping."
        ended = await first.changed()
        assert "no longer following" in ended.text
        again = await phone.ask("/logs -f web")
        assert "following" in again.text


async def test_a_person_s_thirteenth_is_refused_and_cancel_and_others_are_not(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    async with between(tmp_path, engine) as socket:
        pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
        socket.holds = lambda request: "/system/df" in request
        async with pierhead.running():
            phone = telegram.private(OWNER)
            for _ in range(12):
                await phone.send("/df")
            refused = await phone.ask("/ps")
            assert refused.text.startswith("You run too many commands at once.")
            assert (await telegram.private(OPERATOR).ask("/whoami")).text
            assert (await phone.ask("/cancel")).text.startswith("Ending 12 commands.")
