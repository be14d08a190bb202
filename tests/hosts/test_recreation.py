"""What newer Engines than the tests' tell of a container (API 1.45 and later), and is kept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.hosts.recreation import obstacles, recipe

ASKED, MADE_UP = "02:42:ac:12:00:99", "02:42:ac:12:00:05"


def container(**networks: object) -> dict[str, Any]:
    return {
        "Id": "a" * 64,
        "Config": {"Image": "app", "Hostname": "a" * 12},
        "State": {"Status": "running"},
        "HostConfig": {"NetworkMode": "front"},
        "NetworkSettings": {"Networks": networks},
    }


def test_an_address_is_kept_in_each_network() -> None:
    raw = container(
        front={"MacAddress": ASKED, "IPAddress": "172.18.0.5"},
        back={"MacAddress": ASKED, "IPAddress": "172.19.0.5"},
    )
    made = recipe(raw, {}, "app", "sha256:1")
    first = made.body["NetworkingConfig"]["EndpointsConfig"]["front"]
    assert first["MacAddress"] == ASKED
    assert [how.mac for _, how in made.networks] == [ASKED]


def test_an_address_that_the_engine_made_up_is_made_up_anew() -> None:
    raw = container(
        front={"MacAddress": MADE_UP, "IPAddress": "172.18.0.5", "Aliases": ["x"]},
        back={"MacAddress": MADE_UP, "IPAddress": "172.18.0.5"},
    )
    made = recipe(raw, {}, "app", "sha256:1")
    assert "MacAddress" not in made.body["NetworkingConfig"]["EndpointsConfig"]["front"]
    assert [how.mac for _, how in made.networks] == [None]


def test_the_address_of_one_that_does_not_run_is_kept() -> None:
    raw = container(front={"MacAddress": ""})
    raw["Config"]["MacAddress"] = ASKED
    made = recipe(raw, {}, "app", "sha256:1")
    assert made.body["NetworkingConfig"]["EndpointsConfig"]["front"] == {"MacAddress": ASKED}


@pytest.mark.parametrize(("priority", "told"), [(0, False), (5, True)])
def test_priorities_of_networks_are_refused(priority: int, told: bool) -> None:
    found = [one.one for one in obstacles(container(front={"GwPriority": priority}))]
    assert any("gw-priority" in one for one in found) is told
