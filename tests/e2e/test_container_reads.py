"""/stats, /inspect, /top: what a container is, uses and runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock, Pierhead
from tests.e2e.talk import ask, folded, played, screen, verdict
from tests.hosts.scripted import CID, answer, row
from tests.private_engine import Engine

LIST = "GET /containers/json"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def test_stats(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    async with pierhead.running():
        assert await verdict(phone, "/stats") == "local: no container runs"
        loop = ("busybox", "sh", "-c", "while :; do :; done")
        engine.docker("run", "-d", "--cpus", "0.2", "--name", "busy", *loop)
        engine.docker("run", "-d", "-m", "64m", "--name", "idle", "busybox", "sleep", "1000")
        engine.docker("create", "--name", "never", "busybox")
        seen = await ask(phone, "/stats")
        assert re.fullmatch(r"local: 2 containers, [\d.,]+ [kM]B", seen.text.splitlines()[0])
        rows = [line.split() for line in screen(seen)[1:]]
        assert [row[0] for row in rows] == ["name", "busy", "idle"]
        assert float(rows[1][1]) > 5
        assert folded(seen).startswith("name  net in  net out  pids\n")
        assert seen.buttons == [
            ["By memory", "By network", "By disk", "By name"],
            ["Refresh", "Live"],
        ]
        one = await ask(phone, "/stats idle")
        assert re.match(r"idle@local: [\d.]+ % CPU, [\d.,]+ [kM]B\n", one.text)
        assert "memory limit  67.1 MB" in one.text
        assert (await ask(phone, "/stats never")).text == "x never@local: does not run"
        both = (await ask(phone, "/stats never idle")).text.splitlines()
        assert both[0].startswith("idle@local: ")
        assert both[1] == "x never@local: does not run"


async def test_stats_that_cannot_be_read_are_unknown(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    ids = {name: f"{n:064x}" for n, name in enumerate(("web", "db", "cron"))}
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts[LIST] = answer([row(Id=ids[name], Names=[f"/{name}"]) for name in ids])
        for cid in ids.values():
            scripts[f"GET /containers/{cid}/stats"] = answer({"message": "no cgroup"}, 500)
        why = "Docker on local failed: no cgroup"
        assert (await ask(phone, "/stats")).text == why
        scripts[f"GET /containers/{ids['web']}/stats"] = answer(
            {"id": ids["web"], "name": "/web", "memory_stats": {"usage": 5_000_000}}
        )
        some = (await ask(phone, "/stats")).text.splitlines()
        assert some[0] == "local: 1 of 3 containers, 5 MB"
        assert some[1:3] == [f"? {name}@local: unknown. {why}" for name in ("db", "cron")]
        one = await ask(phone, "/stats web")
        assert one.text.startswith("web@local: CPU unknown, 5 MB\n")
        scripts[f"GET /containers/{ids['web']}/stats"] = answer({"id": ids["web"], "name": "/web"})
        none = await ask(phone, "/stats")
        assert none.text.startswith("local: 3 containers, memory unknown\n? db@local: unknown.")


async def test_inspect_masks_secrets(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    options = (
        *("-e", "DB_PASSWORD=hunter2 and more", "-e", "COLOUR=blue", "-l", "api.token=s3cr3t-x"),
        *("-m", "64m", "--restart", "unless-stopped", "-v", "data:/data", "-p", "127.0.0.1::80"),
    )
    engine.docker("run", "-d", "--name", "web", *options, "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox", "mysqld", "--password", "hunter2")
    async with pierhead.running():
        seen = await ask(phone, "/inspect web")
        assert re.match(r"web@local: running since \d\d:\d\d\n", seen.text)
        assert re.search(
            r"^autostart +unless-stopped\nmemory +67.1 MB\nport +127.0.0.1:\d+ → 80",
            seen.text,
            re.MULTILINE,
        )
        assert re.search("^mount +data → /data$", seen.text, re.MULTILINE)
        assert seen.tappable == []
        file = await phone.wait()
        assert file.document is not None
        name, content = file.document
        assert name == "web.json"
        assert json.loads(content)["Config"]["Image"] == "busybox"
        assert b"COLOUR=blue" in content
        for secret in (b"hunter2", b"and more", b"s3cr3t"):
            assert secret not in content
        both = await ask(phone, "/inspect never web")
        assert both.text.startswith("never@local: created\n")
        files = [await phone.wait(), await phone.wait()]
        assert [f.document[0] for f in files if f.document] == ["never.json", "web.json"]
        assert all(b"hunter2" not in f.document[1] for f in files if f.document)


async def test_inspect_shows_what_it_can(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    other = "f" * 64
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts[LIST] = answer([row(), row(Id=other, Names=["/db"])])
        scripts[f"GET /containers/{CID}/json"] = answer(
            {"Id": CID, "State": {"Status": "paused", "StartedAt": "2026-06-09T03:00:00Z"}}
        )
        scripts[f"GET /containers/{other}/json"] = answer({"message": "no disk"}, 500)
        both = await ask(phone, "/inspect web db")
        assert screen(both)[:2] == [
            "x db@local: Docker on local failed: no disk",
            "web@local: paused",
        ]
        file = await phone.wait()
        assert file.document is not None
        assert file.document[0] == "web.json"
        alone = await ask(phone, "/inspect db")
        assert alone.text == "Docker on local failed: no disk"
        russian = telegram.private(RUSSIAN)
        assert await verdict(russian, "/inspect web") == "web@local: на паузе"
        await russian.wait()
        scripts[f"GET /containers/{CID}/json"] = answer({"Id": CID, "State": {"Status": "frozen"}})
        assert await verdict(russian, "/inspect web") == "web@local: frozen"


async def test_top(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "sleep 999 & sleep 1000")
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        seen = await ask(phone, "/top web")
        assert seen.text.startswith("web@local: 2 processes\ncommand")
        assert re.search(r"^sleep 999 +\d+$", seen.text, re.MULTILINE)
        raw = await ask(phone, "/top web -o pid,args")
        assert raw.text.splitlines()[1] == "PID  COMMAND"
        assert {line.split("  ")[1] for line in raw.text.splitlines()[2:]} == {
            "sleep 999",
            "sleep 1000",
        }
        assert "refuses" in await verdict(phone, "/top never")
        masked = await ask(phone, "/top web aux")
        assert masked.text.splitlines()[1].startswith("USER  PID")


async def test_top_of_a_fork_bomb(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    processes = [[str(n), "x" * 10_000] for n in range(600)]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        world.engine.scripts[f"GET /containers/{CID}/top"] = answer(
            {"Titles": ["PID", "CMD"], "Processes": processes}
        )
        seen = await ask(phone, "/top web")
    assert seen.text.startswith("web@local: 600 processes\n")
    assert seen.text.endswith("\nand 100 more")
