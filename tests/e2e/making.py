"""What the tests of `/run` and `/create` share: somebody who is an admin, and how a line is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import VIEWER, Clock, Pierhead, environment_of
from tests.e2e.talk import ask, later, shows
from tests.private_engine import Engine

ADMIN = VIEWER


def with_admin(telegram: Sandbox, engine: Engine, folder: Path, clock: Clock) -> Pierhead:
    """A bot for which Vera is an admin."""
    admin = {f"PIERHEAD_ACCESS__PEOPLE__{ADMIN}__ROLE": "admin"}
    return Pierhead(environment_of(telegram, engine.url, folder) | admin, clock)


async def agreed(phone: Phone, line: str) -> Seen:
    """The answer to a line, with a yes to what it asks first."""
    seen = await ask(phone, line)
    if seen.buttons[:1] in ([["Not now"]], [["Не сейчас"]]):
        for _ in range(6):
            later(phone, 2)
            if not await seen.tap(seen.buttons[1][0]):
                break  # else it was too quick, in whichever language
        seen = await seen.changed()
    return seen


async def ended(seen: Seen) -> Seen:
    """The message of what runs, once it has ended."""
    return await shows(seen, "exit code")


def inspected(engine: Engine, name: str) -> dict[str, Any]:
    (found,) = json.loads(engine.docker("inspect", name))
    assert isinstance(found, dict)
    return found


def names(engine: Engine) -> set[str]:
    return set(engine.docker("ps", "-a", "--format", "{{.Names}}").split())
