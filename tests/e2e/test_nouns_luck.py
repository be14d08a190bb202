"""Volumes and networks where the Engine lies, goes away midway, or was changed meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock
from tests.e2e.talk import Played, ask, played, screen, tap, verdict
from tests.e2e.test_golden_nouns import network, volume
from tests.hosts.scripted import CID, Script, answer, cut, in_turn, row

EVIL = "\u202e</pre>/rm @someone https://example.com"
MAYBE = "It may have been done all the same."


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([])
        scripts["GET /volumes"] = answer({"Volumes": [volume("data", 0, 0)]})
        scripts["GET /networks"] = answer([network("front"), network("bridge")])
        scripts["GET /info"] = answer({"ID": "A:B", "Plugins": {"Volume": ["local", "nfs"]}})
        yield world


@pytest.fixture
def phone(world: Played) -> Phone:
    return world.telegram.private(OWNER)


def said(status: int, why: str) -> Script:
    return answer({"message": why}, status)


def used_by(name: str, **more: object) -> Script:
    mounts = [{"Type": "volume", "Name": "data"}]
    return answer([row(Names=[f"/{name}"], Mounts=mounts, **more)])


async def test_hostile_names_are_data(world: Played, phone: Phone) -> None:
    rows = [volume(EVIL, 0, 0), volume("-rf", 0, 0, Driver=EVIL)]
    world.engine.scripts["GET /volumes"] = answer({"Volumes": rows})
    world.engine.scripts["GET /networks"] = answer([network(EVIL), network("x", EVIL)])
    world.engine.scripts["GET /system/df"] = answer({"Volumes": rows})
    for line in ("/volumes", "/networks --no-trunc", "/volume_rm", "/network_rm", "/df -v"):
        seen = await ask(phone, line)
        assert [word for word in seen.tappable if word != f"/{line[1:]}"] == []
        assert "\u202e" not in seen.text
        assert not any("-rf" in label or EVIL in label for row in seen.buttons for label in row)


async def test_long_lists_are_paged(world: Played, phone: Phone) -> None:
    rows = [volume(f"data-{n}", 0, 0) for n in range(60)]
    world.engine.scripts["GET /volumes"] = answer({"Volumes": rows})
    seen = await ask(phone, "/volumes")
    assert screen(seen)[:3] == ["local: 60 volumes, 60 unused", "Page 1 of 4", "data-0   unused"]
    assert len(screen(seen)) == 17
    assert seen.buttons == [["Page 2"], ["Newest first", "By driver"], ["Refresh"]]
    await tap(seen, "Page 2")
    second = await seen.changed()
    assert screen(second)[1:3] == ["Page 2 of 4", "data-15  unused"]
    assert second.buttons[0] == ["Page 1", "Page 3"]
    await tap(second, "By driver")
    assert (await second.changed()).text == seen.text


async def test_an_engine_that_goes_away_midway_leaves_it_unknown(
    world: Played, phone: Phone
) -> None:
    scripts = world.engine.scripts
    scripts["GET /volumes/new"] = said(404, "no such volume")
    scripts["POST /volumes/create"] = scripts["POST /networks/create"] = cut
    for noun in ("volume", "network"):
        lines = (await ask(phone, f"/{noun} create new")).text.splitlines()
        assert lines[0] == f"? create a {noun} on local"
        assert MAYBE in lines
    audit = (await ask(phone, "/audit -c 'network create'")).text
    assert "network create new, outcome unknown" in audit
    scripts["GET /volumes/new"] = cut
    lines = (await ask(phone, "/volume create new")).text.splitlines()
    assert lines[0] == "Not done: create a volume on local"
    scripts[f"GET /networks/{network('front')['Id']}"] = answer(network("front"))
    scripts["GET /containers/json"] = answer([row()])
    scripts[f"POST /networks/{network('front')['Id']}/connect"] = cut
    lines = (await ask(phone, "/network connect front web")).text.splitlines()
    assert lines[0] == "? connect front@local and web@local"
    assert MAYBE in lines


async def test_a_driver_that_is_not_there(world: Played, phone: Phone) -> None:
    scripts = world.engine.scripts
    scripts["GET /volumes/new"] = said(404, "no such volume")
    scripts["POST /volumes/create"] = said(404, 'plugin "nope" not found')
    assert (await ask(phone, "/volume create -d nope new")).text.splitlines() == [
        "Not done: create a volume on local",
        "local has no driver nope.",
        "It has local and nfs.",
        "Nothing was changed.",
    ]


async def test_who_came_to_use_it_meanwhile_is_told(world: Played, phone: Phone) -> None:
    scripts = world.engine.scripts
    asked = await ask(phone, "/volume rm data")
    assert "size unknown" in asked.text
    scripts["DELETE /volumes/data"] = said(409, f"remove data: volume is in use - [{CID}]")
    scripts["GET /containers/json"] = in_turn(answer([]), used_by("late"))
    await tap(asked, "Remove data@local")
    assert (await asked.changed()).text.splitlines() == [
        "Not done: remove data@local",
        "data is used by late.",
        "Nothing was changed.",
    ]
    scripts["GET /containers/json"] = answer([])
    front = network("front")["Id"]
    asked = await ask(phone, "/network rm front")
    scripts[f"DELETE /networks/{front}"] = said(403, "network front has active endpoints")
    inside = {"Containers": {CID: {"Name": "late"}}}
    scripts[f"GET /networks/{front}"] = answer(network("front") | inside)
    await tap(asked, "Remove front@local")
    assert (await asked.changed()).text.splitlines() == [
        "Not done: remove front@local",
        "front is used by late.",
        "Nothing was changed.",
    ]


async def test_answers_that_are_none_are_told(world: Played, phone: Phone) -> None:
    scripts = world.engine.scripts
    unexpected = "Docker on local gave an unexpected answer."
    bad: object
    for bad in ([], {"Volumes": 7}, {"Volumes": [{"Name": []}]}):
        scripts["GET /volumes"] = answer(bad)
        assert await verdict(phone, "/volumes") == unexpected
    wrong: object
    for wrong in ({}, [7], [{"IPAM": 7}], [{"Name": "x", "IPAM": {"Config": 7}}]):
        scripts["GET /networks"] = answer(wrong or 7)
        assert await verdict(phone, "/networks") == unexpected
    scripts["GET /info"] = answer({"Plugins": []})
    assert await verdict(phone, "/info") == unexpected
