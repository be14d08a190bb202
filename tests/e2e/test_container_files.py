"""/diff and /port: what was changed in a container's files, and where it is reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, monospace_of, played, verdict
from tests.hosts.scripted import CID, answer, row
from tests.private_engine import Engine

LIST = "GET /containers/json"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def test_changed_files(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    script = "echo a > /etc/new; rm /etc/passwd; echo x >> /etc/image; sleep 1000"
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", script)
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        while len(engine.docker("diff", "web").splitlines()) < 4:
            pass
        seen = await ask(phone, "/diff web")
        assert seen.text.splitlines()[0] == "web@local: 1 added, 2 changed and 1 deleted"
        assert sorted(monospace_of(seen)) == sorted(engine.docker("diff", "web").splitlines())
        assert monospace_of(seen)[0] == "A /etc/new"
        assert await verdict(phone, "/container diff never") == "never@local: nothing was changed"
        assert await verdict(phone, "/diff nobody") == "There is no nobody on local."
        assert await verdict(phone, "/diff web x") == "x is one word too many."


async def test_thousands_of_changed_files_are_a_file(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    paths = [f"/srv/{n:05}" for n in range(20_000)]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        changes = f"GET /containers/{CID}/changes"
        world.engine.scripts[changes] = answer([{"Kind": 1, "Path": p} for p in paths])
        seen = await ask(phone, "/diff web")
        assert seen.text.startswith("web@local: 20,000 added\nA /srv/00000\n")
        assert seen.text.endswith("and 19,940 more")
        file = await phone.wait()
        assert file.document is not None
        assert file.document[0] == "web-diff.txt"
        assert file.document[1].decode().splitlines() == [f"A {path}" for path in paths]
        world.engine.scripts[changes] = answer([{"Kind": 7, "Path": "/"}])
        assert await verdict(phone, "/diff web") == "Docker on local gave an unexpected answer."


async def test_ports(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    ports = ("-p", "127.0.0.1:18081:80", "-p", "18082:80/udp", "--expose", "99")
    engine.docker("run", "-d", "--name", "web", *ports, "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        seen = await ask(phone, "/port web")
        assert seen.text.splitlines()[0] == "web@local: 2 ports are published"
        docker = [line.replace(" -> ", "  ") for line in engine.docker("port", "web").splitlines()]
        assert sorted(monospace_of(seen)) == sorted(docker)
        assert seen.text.splitlines()[-1] == "Open inside, but not published: 99/tcp"
        for asked in ("80", "80/tcp", "80/TCP"):
            one = await ask(phone, f"/port web {asked}")
            assert one.text.splitlines() == [
                "web@local: 1 port is published",
                "80/tcp  127.0.0.1:18081",
            ]
        udp = monospace_of(await ask(phone, "/port web 80/udp"))
        assert [line.split()[1] for line in udp] == engine.docker("port", "web", "80/udp").split()
        inside = (await ask(phone, "/port web 99")).text.splitlines()
        assert inside[0] == "web@local: 99/tcp is not published"
        assert inside[1].startswith("It is open inside only")
        assert inside[2] == "Published: 80/tcp, 80/udp"
        assert await verdict(phone, "/port never") == "never@local: no port is published"
        for wrong in ("http", "0", "70000", "80/icmp", "-1"):
            first = await verdict(phone, f"/port web -- {wrong}")
            assert first == f"{wrong} is no port."
