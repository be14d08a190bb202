"""/ps as a plain list: sizes, ports, the newest, every filter of Docker's, all of it as a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, monospace_of, played, screen, tap, verdict
from tests.hosts.scripted import answer, row
from tests.private_engine import Engine

LIST = "GET /containers/json"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def fleet(engine: Engine) -> Engine:
    engine.docker("network", "create", "front")
    options = ("-l", "tier=front", "-v", "data:/data", "-p", "127.0.0.1:18080:80", "--expose", "99")
    more = ("--network", "front", "--health-cmd", "true", "--health-interval", "50ms")
    engine.docker("run", "-d", "--name", "web", *options, *more, "busybox", "sleep", "1000")
    script = "dd if=/dev/zero of=/big bs=1M count=2; exit 3"
    engine.docker("run", "--name", "job", "busybox", "sh", "-c", script, check=False)
    engine.docker("create", "--name", "never", "busybox")
    return engine


async def test_every_filter_is_the_engines_own(
    pierhead: Pierhead, phone: Phone, fleet: Engine
) -> None:
    wanted = (
        *(
            "ancestor=busybox",
            "before=never",
            "since=web",
            "exited=3",
            "expose=99",
            "health=healthy",
        ),
        *("id=", "is-task=false", "is-task=true", "label=tier", "label=tier=back", "name=e"),
        *("network=front", "publish=18080", "status=created", "status=exited", "volume=data"),
    )
    async with pierhead.running():
        while not fleet.docker("ps", "-q", "-f", "health=healthy"):
            pass
        for condition in wanted:
            docker = fleet.docker("ps", "-a", "-q", "-f", condition).split()
            shown = await ask(phone, f"/ps -a -q -f {condition}")
            assert sorted(shown.text.split("\n")[1:]) == sorted(docker), condition
        both = await ask(phone, "/ps -f status=created -f status=exited -q")
        assert len(both.text.splitlines()) == 3
        assert "refuses" in await verdict(phone, "/ps -f status=flying")
        assert await verdict(phone, "/ps -f isolation=x") == "There is no filter isolation=x."


async def test_the_newest(pierhead: Pierhead, phone: Phone, fleet: Engine) -> None:
    async with pierhead.running():
        for line, count in (("-l", 1), ("-n 2", 2), ("-n2", 2), ("-n -1 -a", 3), ("-l -n 2", 2)):
            shown = await ask(phone, f"/ps -q {line}")
            docker = fleet.docker("ps", "-q", *line.split()).splitlines()
            assert sorted(shown.text.splitlines()[1:]) == sorted(docker)
            assert len(docker) == count
        whole = await ask(phone, "/ps -l -q --no-trunc")
        assert whole.text.splitlines()[1:] == [fleet.docker("ps", "-l", "-q", "--no-trunc")]


async def test_sizes_and_ports(pierhead: Pierhead, phone: Phone, fleet: Engine) -> None:
    async with pierhead.running():
        sizes = await ask(phone, "/ps -a -s --sort size")
        rows = [line.split() for line in screen(sizes)[1:]]
        assert rows[0] == ["name", "own", "with", "image"]
        assert rows[1][:2] == ["x", "job"]
        assert rows[1][2:4] == ["2.1", "MB"]
        ports = monospace_of(await ask(phone, "/ps --ports"))
        assert any(re.fullmatch("● web +127.0.0.1:18080 → 80/tcp", line) for line in ports)
        listed = await ask(phone, "/ps --page 1")
        await tap(listed, "Sizes")
        sized = await listed.changed()
        assert "with image" in sized.text
        await tap(sized, "Stopped 2")
        stopped = await sized.changed()
        assert stopped.text.startswith("local: 2 containers are stopped\nname ")
        assert "web" not in stopped.text
        assert "by size" not in stopped.text.lower()
        await tap(stopped, "Refresh")
        fleet.docker("rm", "never")
        assert (await ask(phone, "/ps --show stopped")).text.startswith("local: 1 container is st")


async def test_the_whole_table_is_dockers(pierhead: Pierhead, phone: Phone, fleet: Engine) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/ps -a --no-trunc")
        assert seen.text == "local: 3 containers"
        file = await phone.wait()
        assert file.document is not None
        name, content = file.document
        assert name == "containers.txt"
        head, *rows = content.decode().splitlines()
        assert head.split() == ["ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
        ids = fleet.docker("ps", "-a", "-q", "--no-trunc").split()
        assert sorted(row.split()[0] for row in rows) == sorted(ids)
        assert "127.0.0.1:18080->80/tcp" in content.decode()
        await ask(phone, r"/ps -a --no-trunc --format 'table {{.ID}}\t{{.Names}}'")
        table = await phone.wait()
        assert table.document is not None
        lines = table.document[1].decode().splitlines()
        docker = fleet.docker("ps", "-a", "--no-trunc", "--format", "{{.ID}}  {{.Names}}")
        assert lines[0].split() == ["ID", "NAMES"]
        assert sorted(lines[1:]) == sorted(docker.splitlines())


async def test_sizes_are_asked_for_only_where_they_are_shown(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row(SizeRw=5, SizeRootFs=9)])
        lines = (
            ("/ps", False),
            ("/ps -a --ports", False),
            ("/ps --format json", False),
            ("/ps --format '{{.Names}}'", False),
            ("/ps --format '{{.Names}} {{.Size}}'", True),
            ("/ps -s", True),
            ("/ps --sort size", True),
        )
        for line, asked in lines:
            seen = await ask(phone, line)
            query = [r for r in world.engine.seen if str(r) == LIST][-1].query
            assert (query["size"] == "1") is asked, line
            if asked:
                assert "5" in seen.text
        assert json.loads(query.get("filters", "{}")) == {}


async def test_what_a_viewer_may(pierhead: Pierhead, telegram: Sandbox, fleet: Engine) -> None:
    viewer = telegram.private(VIEWER)
    async with pierhead.running():
        for line, first in (
            ("/ps --show running", "local: 1 container runs"),
            ("/images --digests", "local: 1 image"),
            ("/port web", "web@local: 1 port is published"),
            ("/diff never", "never@local: nothing was changed"),
            ("/history busybox", "busybox:latest@local: 1 step, "),
        ):
            assert (await verdict(viewer, line)).startswith(first)
