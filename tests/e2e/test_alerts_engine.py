"""An Engine that is stopped and started: one card, one end, and what runs on it is not blamed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead, environment_of
from tests.e2e.restarting import Restarting, restarting
from tests.e2e.test_alerts import GRACE, saying, started, told


@pytest.fixture
def other() -> Iterator[Restarting]:
    with restarting() as one:
        yield one


async def test_an_engine_that_was_stopped_and_started_is_one_card_and_its_end(
    telegram: Sandbox, other: Restarting, clock: Clock, tmp_path: Path
) -> None:
    environment = environment_of(telegram, other.url, tmp_path)
    pierhead = Pierhead(environment | {"PIERHEAD_FEATURES__WATCH": "true"}, clock)
    phone = telegram.private(OWNER)
    client = docker.DockerClient(base_url=other.url)
    client.containers.run(
        "busybox",
        "sleep 600",
        name="web",
        detach=True,
        restart_policy={"Name": "always", "MaximumRetryCount": 0},
    )
    async with pierhead.running():
        await started(tmp_path, clock, 1)
        await asyncio.to_thread(other.stop)
        card = await told(phone, clock, "CRITICAL local", 1)
        assert "Docker is silent. Its containers are unknown, not down." in card.text
        await asyncio.to_thread(other.start)
        await told(phone, clock, "Resolved: local", 1)
        clock.advance(GRACE)
        client.containers.run("busybox", "sh -c 'sleep 1; exit 3'", name="db", detach=True)
        crash = await told(phone, clock, "db", 0.5)
        assert crash.text.splitlines()[:2] == ["Warning: db@local", "Exited with code 3"]
        assert client.containers.get("web").status == "running"
        assert not saying(phone, "web"), "it ended with its Engine, and runs again"
    client.close()
