"""The fleet of the demo, seen through the docker command line."""

from __future__ import annotations

import json

import docker

from sandbox.engine import fill
from sandbox.engine.fleet import FLEET
from tests.private_engine import Engine

LIFE = ("health_status", "die")


def test_fleet(engine: Engine) -> None:
    fill(engine.url)
    names = engine.docker("ps", "-a", "--format", "{{.Names}}").splitlines()
    assert sorted(names) == sorted(service.name for service in FLEET)
    stack = engine.docker("ps", "-a", "--filter", "label=com.docker.compose.project=shop", "-q")
    assert len(stack.splitlines()) == 3
    assert engine.docker("wait", "backup") == "137"
    assert len(engine.docker("images", "-q", "--filter", "dangling=true").splitlines()) == 2
    assert len(engine.docker("volume", "ls", "-q", "--filter", "dangling=true").splitlines()) == 2
    line = engine.docker("logs", "worker").splitlines()[0]
    assert json.loads(line)["msg"] == "order packed"


def test_fleet_has_what_needs_the_reader(engine: Engine) -> None:
    client = docker.DockerClient(base_url=engine.url, timeout=60)
    try:
        events = client.events(decode=True, filters={"event": list(LIFE)})
        fill(engine.url)
        awaited = {("web", "healthy"), ("search", "unhealthy"), ("billing", "1")}
        for event in events:
            actor = event["Actor"]["Attributes"]
            told = event["Action"].removeprefix("health_status: ")
            awaited.discard((actor["name"], actor.get("exitCode", told)))
            if not awaited:
                break
        events.close()
    finally:
        client.close()
    log = engine.docker("logs", "billing")
    assert "<b>prices</b> & <taxes>" in log
