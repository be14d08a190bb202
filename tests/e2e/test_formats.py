"""--format: what it makes is what Docker's own command line makes of the same template."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, monospace_of, played, verdict
from tests.hosts.scripted import answer, row
from tests.private_engine import Engine

ABOUT_CONTAINERS = (
    "{{.Names}}",
    "{{.ID}}: {{.Image}}",
    "{{.Command}} {{.State}} {{.Ports}}",
    "{{.Size}}",
    "{{.Mounts}}|{{.LocalVolumes}}|{{.Networks}}",
    "{{.Labels}}",
    '{{.Names}} {{.Label "tier"}}',
    "{{upper .Names}} {{json .Image}}",
    '{{join (split .Names "e") "-"}}',
    "{{.CreatedAt}}",
)
ABOUT_IMAGES = (
    "{{.ID}}",
    "{{.Repository}}:{{.Tag}}",
    "{{.Size}} {{.Digest}} {{.Containers}}",
    "{{json .Repository}}",
    "{{.CreatedAt}}",
)
INSPECTED = (
    "{{.State.Status}}",
    "{{.Id}}",
    "{{.ID}}",
    "{{json .State}}",
    "{{.Config.Cmd}} {{len .Config.Cmd}}",
    "{{.NetworkSettings.IPAddress}}",
    '{{index .Config.Labels "tier"}}',
    '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}',
    '{{join .Config.Cmd ","}}',
    "{{(index .Mounts 0).Destination}}",
    "{{.HostConfig.Privileged}} {{.HostConfig.Memory}}",
)


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def web(engine: Engine) -> Engine:
    options = ("-l", "tier=front", "-v", "data:/data", "-p", "127.0.0.1::80", "-p", "8081:81")
    more = ("--expose", "9000-9002", "-m", "64m")
    engine.docker("run", "-d", "--name", "web", *options, *more, "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    return engine


async def test_lists_are_as_in_a_terminal(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    import_image(web.sdk, "busybox:old")
    async with pierhead.running():
        for template in ABOUT_CONTAINERS:
            line = f"/ps -a --no-trunc --sort created --format '{template}'"
            docker = web.docker("ps", "-a", "--no-trunc", "--format", template)
            assert monospace_of(await ask(phone, line)) == docker.splitlines()
        for template in ABOUT_IMAGES:
            docker = web.docker("images", "--format", template)
            shown = monospace_of(await ask(phone, f"/images --format '{template}'"))
            assert sorted(shown) == sorted(docker.splitlines())
        short = "{{.ID}} {{.CreatedBy}} {{.Size}} {{.Comment}}"
        shown = monospace_of(await ask(phone, f"/history busybox --format '{short}'"))
        assert shown == web.docker("history", "busybox", "--format", short).splitlines()


async def test_what_is_inspected_is_as_in_a_terminal(
    pierhead: Pierhead, phone: Phone, web: Engine
) -> None:
    async with pierhead.running():
        for template in INSPECTED:
            docker = web.docker("inspect", "-f", template, "web")
            shown = monospace_of(await ask(phone, f"/inspect -f '{template}' web"))
            if template.startswith("{{json"):
                assert json.loads("".join(shown)) == json.loads(docker)
            else:
                assert shown == docker.splitlines()
        both = await ask(phone, "/inspect -f '{{.Name}}' web never busybox")
        lines = both.text.splitlines()
        assert lines[0] == "x busybox:latest@local: There is no field .Name."
        assert lines[1].startswith("There are: Architecture, ")
        assert lines[2:] == ["web@local and never@local", "/web", "/never"]
        size = web.docker("inspect", "-s", "-f", "{{.SizeRootFs}}", "web")
        assert monospace_of(await ask(phone, "/inspect -s -f '{{.SizeRootFs}}' web")) == [size]


async def test_json_and_tables(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    async with pierhead.running():
        shown = monospace_of(await ask(phone, "/ps -a --format json --sort created"))
        mine = [json.loads(line) for line in shown]
        docker = [
            json.loads(line) for line in web.docker("ps", "-a", "--format", "json").split("\n")
        ]
        for ours, theirs in zip(mine, docker, strict=True):
            same = {*theirs} - {"RunningFor", "Status", "Command", "CreatedAt", "Platform"}
            assert {key: ours[key] for key in same} == {key: theirs[key] for key in same}
        table = monospace_of(await ask(phone, r"/ps -a --format 'table {{.Names}}\t{{.State}}'"))
        assert table == ["NAMES  STATE", "never  created", "web    running"]
        assert await verdict(phone, "/ps --format table") == "local: all well"
        full = "/stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemPerc}} {{.MemUsage}}'"
        line = monospace_of(await ask(phone, full))[0]
        found = re.fullmatch(r"web 1 (\d{1,2}\.\d\d)% ([\d.]+)(K|M)iB / 64MiB", line)
        assert found, line
        used = float(found[2]) / (1024 if found[3] == "K" else 1)
        assert float(found[1]) == pytest.approx(used / 64 * 100, abs=0.02)


async def test_what_a_template_must_not_tell(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    secret = ("-e", "DB_PASSWORD=hunter2 and more", "-l", "api.token=s3cr3t-x")
    engine.docker("create", "--name", "web", *secret, "busybox", "db", "--password", "hunter2")
    lines = (
        "/inspect -f '{{json .}}' web",
        "/inspect -f '{{index .Config.Env 0}}' web",
        "/inspect -f '{{index .Config.Labels \"api.token\"}}' web",
        "/inspect -f '{{truncate (index .Config.Env 0) 20}}' web",
        "/inspect -f '{{index (split (index .Config.Env 0) \"=\") 1}}' web",
        "/inspect -f '{{.Config.Cmd}} {{.Args}}' web",
        "/ps -a --format json",
        "/ps -a --format '{{.Label \"api.token\"}} {{.Labels}} {{.Command}}'",
        "/ps -a --format 'table {{.Command}}\\t{{.Label `api.token`}}'",
    )
    async with pierhead.running():
        for line in lines:
            text = (await ask(phone, line)).text
            assert "••••••" in text, line
            assert not any(word in text for word in ("hunter2", "and more", "s3cr3t")), line


async def test_hostile_names_are_no_other_rows(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    hostile = row(Names=["/a\nroot\tx\u202e"], Labels={"k": "v\nw"})
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer([hostile])
        seen = await ask(phone, "/ps --format '{{.Names}} {{.Labels}}'")
        assert monospace_of(seen) == [r"a\nroot x\u202e k=v\nw"]
        assert seen.tappable == []
        table = monospace_of(await ask(phone, r"/ps --format 'table {{.Names}}\t{{.State}}'"))
        assert table[1].endswith("running")
        assert len(table) == 2


async def test_what_is_far_too_much_comes_as_a_file(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    rows = [row(Id=f"{n:064x}", Names=[f"/app-{n:04}"]) for n in range(3000)]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(rows)
        seen = await ask(phone, "/ps --format json")
        assert seen.text.startswith("local: 3,000 containers\n")
        file = await phone.wait()
        while file.document is None:
            file = await phone.wait()
        assert file.document[0] == "output.txt"
        assert file.document[1].count(b'"Names"') > 1000
