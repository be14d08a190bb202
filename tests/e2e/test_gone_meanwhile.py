"""A container that is removed while something of it is followed or typed into."""

from __future__ import annotations

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Pierhead
from tests.e2e.talk import later
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


ENDS = {"Stop", "Stop following", "Stop the live view", "Leave", "Close"}


async def ended(seen: Seen) -> Seen:
    """The message once it has no button any more that ends it."""
    while any(not ENDS.isdisjoint(row) for row in seen.buttons):
        later(seen.phone, 1.1)
        seen = await seen.changed(within=20)
    return seen


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/logs -f web", "The log has ended."),
        ("/stats --live web", "It does not run any more."),
        ("/attach web", "The container has gone."),
        ("/exec -it web sh", "The container has gone."),
        ("/exec web sleep 600", "web@local: it has gone, and what ran in it"),
    ],
)
async def test_it_is_told_and_ends(
    pierhead: Pierhead, phone: Phone, engine: Engine, line: str, said: str
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi; sleep 1000")
    async with pierhead.running():
        await phone.send(line)
        seen = await phone.wait(within=20)
        while not seen.buttons:
            later(phone, 1.1)
            seen = await seen.changed(within=20)
        engine.docker("rm", "-f", "web")
        seen = await ended(seen)
    assert said in seen.text.splitlines()
