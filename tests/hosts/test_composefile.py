"""A compose file is read as compose reads it, or refused; nothing else gets through."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.composed import networks, services
from bot.hosts.composefile import BadCompose, read

TEXT = b"""
name: shop
services:
  web:
    image: nginx:1
    ports: ["22:22", 8080:80]
    restart: on
    environment: {A: yes, B: 0o17, C: 2024-01-01, D: null, E: true, F: 3.5, G: 017}
    x-note: &note {labels: {tier: front}}
    <<: *note
"""

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
trees = st.recursive(
    scalars, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=6), t, max_size=3)
)


def test_words_and_numbers_are_what_compose_takes_them_for() -> None:
    web = read(TEXT)["services"]["web"]  # type: ignore[index]  # JSON
    assert web["ports"] == ["22:22", "8080:80"]
    assert web["restart"] == "on"
    assert web["environment"] == {
        "A": "yes",
        "B": "0o17",
        "C": "2024-01-01",
        "D": None,
        "E": True,
        "F": 3.5,
        "G": 15,
    }
    assert web["labels"] == {"tier": "front"}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_refused(data: bytes) -> None:
    with suppress(BadCompose):
        json.dumps(dict(read(data)), allow_nan=False)


@given(st.dictionaries(st.sampled_from(["image", "command", "env_file", "labels", "zzz"]), trees))
def test_what_is_not_known_never_gets_through(service: dict[str, object]) -> None:
    data = yaml.safe_dump({"services": {"web": service}}).encode()
    try:
        found = read(data)["services"]["web"]  # type: ignore[index]  # JSON
    except BadCompose:
        return
    assert not {"env_file", "zzz"} & set(found)


@given(trees)
def test_any_normal_form_is_services_or_refused(tree: object) -> None:
    for whole in (tree, {"services": tree}, {"services": {"web": tree}}):
        with pytest.raises(BadCompose):
            services(json.dumps(whole).encode(), "/spool/x")


@pytest.mark.parametrize(
    ("network", "why"),
    [
        ({"driver": "macvlan", "driver_opts": {"parent": "eth0"}}, 2),
        ({"driver_opts": {"com.docker.network.bridge.name": "br0"}}, 1),
        ({"ipam": {"config": [{"subnet": "8.8.8.0/24"}]}}, 1),
        ({"ipam": {"config": [{"subnet": "10.8.8.0/24"}]}, "driver": "bridge"}, 0),
        ({"name": "elsewhere", "external": True, "driver": "macvlan"}, 0),
    ],
)
def test_its_networks_reach_no_further_than_others(network: object, why: int) -> None:
    normal = json.dumps({"services": {}, "networks": {"n": network}}).encode()
    assert len(networks(normal)) == why


@given(trees)
def test_any_networks_are_read_or_refused(tree: object) -> None:
    for whole in (tree, {"networks": tree}, {"networks": {"n": tree}}):
        with suppress(BadCompose):
            networks(json.dumps(whole).encode())
