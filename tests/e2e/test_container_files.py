"""/diff and /port: what was changed in a container's files, and where it is reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, monospace_of, played, tap, verdict
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
        assert seen.buttons == [["By path"], ["Refresh", "As a file"]]
        await tap(seen, "By path")
        turned = await seen.changed()
        by_path = monospace_of(turned)
        assert by_path == sorted(by_path, key=lambda line: line.split()[1])
        assert by_path[0] == "C /etc"
        assert turned.buttons[0] == ["By kind"]
        assert await verdict(phone, "/container diff never") == "never@local: nothing was changed"
        assert await verdict(phone, "/diff nobody") == "There is no nobody on local."
        assert await verdict(phone, "/diff web x") == "x is one word too many."


async def test_thousands_of_changed_files_are_pages_and_a_file(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    paths = [f"/srv/{n:05}" for n in range(20_000)]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        changes = f"GET /containers/{CID}/changes"
        world.engine.scripts[changes] = answer([{"Kind": 1, "Path": p} for p in paths])
        seen = await ask(phone, "/diff web")
        assert seen.text.startswith("web@local: 20,000 added\nPage 1 of 1,334\nA /srv/00000\n")
        assert seen.buttons == [["Page 2"], ["By path"], ["Refresh", "As a file"]]
        await tap(seen, "Page 2")
        assert monospace_of(await seen.changed())[0] == "A /srv/00015"
        await tap(seen, "As a file")
        file = await phone.wait()
        while file.document is None:
            file = await phone.wait()
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
        await tap(seen, "By port outside")
        turned = await seen.changed()
        assert monospace_of(turned)[0] == "80/tcp  127.0.0.1:18081"
        assert await verdict(phone, "/port never") == "never@local: no port is published"
        for wrong in ("http", "0", "70000", "80/icmp", "-1"):
            first = await verdict(phone, f"/port web -- {wrong}")
            assert first == f"{wrong} is no port."


async def test_many_ports_are_pages_and_a_file(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    ip = "2001:db8:85a3:0:0:8a2e:370:7334"
    ports = {f"{n}/tcp": [{"HostIp": ip, "HostPort": str(9100 - n)}] for n in range(1, 21)}
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        world.engine.scripts[f"GET /containers/{CID}/json"] = answer(
            {"Id": CID, "State": {"Status": "running"}, "NetworkSettings": {"Ports": ports}}
        )
        seen = await ask(phone, "/port --sort outside web")
        assert seen.text.splitlines()[:2] == [
            "web@local: 20 ports are published",
            "Page 1 of 2",
        ]
        assert monospace_of(seen)[0].startswith("20/tcp  [2001:")
        assert max(map(len, monospace_of(seen))) <= 34
        assert seen.buttons == [["Page 2"], ["By port inside"], ["Refresh", "As a file"]]
        await ask(phone, "/port --sort outside --no-trunc web")
        file = await phone.wait()
        assert file.document is not None
        name, content = file.document
        assert name == "web-ports.txt"
        assert content.decode().splitlines() == [
            f"{f'{n}/tcp':6}  [{ip}]:{9100 - n}" for n in range(20, 0, -1)
        ]
