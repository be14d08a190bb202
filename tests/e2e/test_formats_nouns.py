"""--format of volumes, networks and the Engine: what Docker's own command line makes of it."""

from __future__ import annotations

import json
import re

import pytest

from sandbox import Phone, Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, VIEWER, Pierhead
from tests.e2e.talk import ask, monospace_of, screen, shows, verdict
from tests.private_engine import Engine

LISTED = {
    "volume ls": (
        "{{.Name}} {{.Driver}} {{.Scope}}",
        "{{.Mountpoint}}",
        '{{.Name}}: {{.Labels}} {{.Label "tier"}}',
        "{{.Links}} {{.Size}} {{.Group}} {{.Availability}} {{.Status}}",
        "{{upper .Name}}",
    ),
    "network ls": (
        "{{.ID}} {{.Name}} {{.Driver}} {{.Scope}}",
        "{{.IPv6}} {{.Internal}}",
        '{{.Name}}: {{.Labels}} {{.Label "tier"}}',
        "{{json .Name}}",
    ),
    "system df": (
        "{{.Type}}: {{.TotalCount}} {{.Active}}",
        "{{.Size}} | {{.Reclaimable}}",
    ),
    "info": ("{{.ServerVersion}}", "{{.Plugins.Volume}}", "{{json .Plugins.Network}}", "{{.NCPU}}"),
    "version": ("{{.Server.Version}}", "{{.Server.Os}}/{{.Server.Arch}}"),
    "volume inspect data": ("{{.Name}} {{.Mountpoint}}", "{{json .Labels}}"),
    "network inspect front": (
        "{{.Driver}} {{.Internal}}",
        "{{(index .IPAM.Config 0).Subnet}}",
        '{{index .Labels "tier"}}',
    ),
    "system events --since 1h --until 0s -f type=volume": (
        "{{.Type}} {{.Action}} {{.Actor.ID}}",
        "{{.Actor.Attributes.driver}} {{.Scope}}",
    ),
    "events --since 1h --until 0s -f event=start": (
        "{{.Status}} {{.ID}} {{.From}}",
        "{{.TimeNano}}",
    ),
}


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    engine.docker("volume", "create", "-d", "local", "--label", "tier=db", "data")
    engine.docker("volume", "create", "spare")
    engine.docker("network", "create", "--internal", "--label", "tier=web", "front")
    import_image(engine.sdk, "big:1", mebibytes=3)
    fill = "head -c 2097152 /dev/zero | tee /x/file > /file"
    engine.docker("run", "--name", "job", "-v", "data:/x", "busybox", "sh", "-c", fill)
    engine.docker("run", "-d", "--name", "web", "-v", "more:/x", "busybox", "sleep", "1000")
    return engine


async def test_it_is_as_in_a_terminal(pierhead: Pierhead, phone: Phone, filled: Engine) -> None:
    async with pierhead.running():
        for line, templates in LISTED.items():
            for template in templates:
                seen = await ask(phone, f"/{line} --format '{template}'")
                words = line.replace(" 0s", " 0m").split()
                ours = [text.rstrip() for text in "\n".join(monospace_of(seen)).splitlines()]
                theirs = filled.docker(*words, "--format", template).splitlines()
                assert sorted(ours) == sorted(text.rstrip() for text in theirs), (line, template)


async def test_json(pierhead: Pierhead, phone: Phone, telegram: Sandbox, filled: Engine) -> None:
    async with pierhead.running():
        volumes = await ask(phone, "/volumes --format json -f name=data")
        (row,) = [json.loads(text) for text in screen(volumes)[1:]]
        assert (row["Name"], row["Driver"], row["Labels"]) == ("data", "local", "tier=db")
        kinds = await ask(phone, "/df --format json")
        rows = [json.loads(text) for text in kinds.text.splitlines()[1:]]
        assert [row["Type"] for row in rows] == [
            *("Images", "Containers", "Local Volumes", "Build Cache")
        ]
        every = await ask(telegram.private(VIEWER), "/df -v --format json")
        file = await every.phone.wait()
        assert file.document is not None
        assert file.document[0] == "df.json"
        whole = json.loads(file.document[1])
        assert {v["Name"]: v["Links"] for v in whole["Volumes"]} == {
            "data": "1",
            "spare": "0",
            "more": "1",
        }
        assert {c["Names"] for c in whole["Containers"]} == {"job", "web"}
        assert {i["Repository"] for i in whole["Images"]} == {"busybox", "big"}
        said = "-v goes with --format json alone."
        assert await verdict(phone, "/df -v --format '{{.Type}}'") == said
        assert await verdict(phone, "/df --format '{{.Name}}'") == "There is no field .Name."
        assert await verdict(phone, "/events --format '{{.Name}}'") == "There is no field .Name."
        assert await verdict(phone, "/info -f '{{.Nope}}'") == "There is no field .Nope."
        assert await verdict(phone, "/volume inspect data -f '{{.Nope}}'") == (
            "There is no field .Nope."
        )


async def test_any_kind_is_inspected(pierhead: Pierhead, phone: Phone, filled: Engine) -> None:
    async with pierhead.running():
        assert await verdict(phone, "/inspect front") == "front@local: nothing that runs is in it"
        await phone.wait()  # the file
        assert await verdict(phone, "/inspect --type volume data") == "data@local: used by job"
        await phone.wait()
        name = await ask(phone, "/inspect -f '{{.Name}}' data front")
        assert set(name.text.splitlines()) >= {"data", "front"}


async def test_events_are_followed_as_asked(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/events --format '{{.Action}} of {{.Actor.ID}}' -f type=volume")
        assert seen.text == "local: following\nNothing happened yet."
        engine.docker("volume", "create", "data")
        assert re.search(r"^create of data$", (await shows(seen, "create")).text, re.MULTILINE)
        await ask(phone, "/cancel")
