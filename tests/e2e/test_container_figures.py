"""/top and /stats: in which order, all of it as a file, and live until somebody stops it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.talk import ask, folded, later, monospace_of, played, screen, shows, tap, verdict
from tests.hosts.scripted import CID, Gate, answer, row
from tests.private_engine import Engine

LIST = "GET /containers/json"
LOOP = ("busybox", "sh", "-c", "while :; do :; done")


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def test_processes_in_order(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    script = "while :; do :; done & exec sleep 1000"
    engine.docker("run", "-d", "--cpus", "0.2", "--name", "web", "busybox", "sh", "-c", script)
    async with pierhead.running():
        busy = await ask(phone, "/top --sort cpu web")
        lines = monospace_of(busy)
        assert lines[0].split() == ["command", "cpu", "pid"]
        assert lines[2].startswith("sleep 1000")
        assert busy.buttons == [["By memory", "By id"], ["Refresh"]]
        await tap(busy, "By id")
        by_id = monospace_of(await busy.changed())
        assert [line.split()[-1] for line in by_id[1:]] == sorted(
            engine.docker("top", "web", "-eo", "pid").split()[1:], key=int
        )
        whole = await ask(phone, "/top --no-trunc web")
        assert whole.text == "web@local: 2 processes"
        file = await phone.wait()
        assert file.document is not None
        assert file.document[0] == "web-top.txt"
        head = engine.docker("top", "web").splitlines()[0].split()
        assert file.document[1].decode().splitlines()[0].split() == head
        options = await ask(phone, "/top --sort mem web -eo pid,rss,args")
        assert options.buttons == [["Refresh"]]
        assert monospace_of(options)[0].split() == ["PID", "RSS", "COMMAND"]
        lacking = await ask(phone, "/top --sort cpu web -eo pid,args")
        assert lacking.text.splitlines() == [
            "There is no column to sort by cpu.",
            "There are: PID COMMAND.",
        ]
        assert (await verdict(phone, "/top --sort age web")).startswith("age is none of these")


async def test_figures_of_all_and_as_a_file(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--cpus", "0.2", "--name", "busy", *LOOP)
    engine.docker("run", "-d", "-m", "64m", "--name", "idle", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        every = await ask(phone, "/stats -a")
        assert every.text.splitlines()[1] == "x never@local: does not run"
        assert "disk in" in folded(every)
        by_name = await ask(phone, "/stats --sort name --no-trunc")
        assert [line.split()[0] for line in screen(by_name)[2:4]] == ["busy", "idle"]
        file = await phone.wait()
        assert file.document is not None
        head, *rows = file.document[1].decode().splitlines()
        assert head.startswith("ID ")
        assert "MEM USAGE / LIMIT" in head
        ids = engine.docker("ps", "-q", "--no-trunc").split()
        assert sorted(row.split()[0] for row in rows) == sorted(ids)
        template = "{{.Name}} {{.ID}} {{.Container}} {{.MemUsage}} {{.PIDs}}"
        lines = monospace_of(await ask(phone, f"/stats -a --format '{template}'"))
        assert re.fullmatch(r"idle [0-9a-f]{12} idle [\d.]+[KM]iB / 64MiB 1", lines[1])
        assert lines[2].split()[0] == "never"
        assert lines[2].endswith("never -- --")
        for wrong, said in (
            ("--live --no-trunc", "--live and --no-trunc don't go together."),
            ("--sort age", "age is none of these: cpu, mem, net, disk, pids, name."),
            ("--format '{{.Names}}'", "There is no field .Names."),
        ):
            assert await verdict(phone, f"/stats {wrong}") == said


async def test_live_until_it_is_stopped(
    pierhead: Pierhead, telegram: Sandbox, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--cpus", "0.2", "--name", "busy", *LOOP)
    async with pierhead.running():
        once = await ask(phone, "/stats")
        assert once.buttons[-1] == ["Refresh", "Live"]
        await tap(once, "Live")
        seen = await phone.wait()
        assert seen.buttons == [["Stop the live view"]]
        seen = await shows(seen, "busy")
        assert seen.text.startswith("local: 1 container, ")
        engine.docker("run", "-d", "--name", "new", "busybox", "sleep", "1000")
        seen = await shows(seen, "new")
        await tap(seen, "Stop the live view")
        ended = await shows(seen, "no longer live")
        assert ended.id == seen.id
        assert ended.text.startswith("local: no longer live\nlocal: 2 containers, ")
        assert ended.text.endswith("You ended it.")
        assert ended.buttons == [["Live"]]
        other = await ask(telegram.private(OPERATOR), "/stats --no-stream=false busy")
        other = await shows(other, "memory limit")
        engine.docker("rm", "-f", "busy")
        gone = await shows(other, "no longer live")
        assert gone.text.startswith("busy@local: no longer live\n")
        assert gone.text.endswith("It does not run any more.")


async def test_a_stop_ends_what_is_asked_of_the_engine_at_once(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        held = Gate(answer({"id": CID, "name": "/web"}))
        world.engine.scripts[f"GET /containers/{CID}/stats"] = held
        seen = await ask(phone, "/stats --live web")
        assert seen.text == "web@local: reading the figures"
        await held.reached.wait()
        await tap(seen, "Stop the live view")
        ended = await shows(seen, "no longer live")
        assert ended.text == "web@local: no longer live\nYou ended it."
        assert not held.open.is_set()


async def test_live_tells_why_it_ended(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([row()])
        stats = f"GET /containers/{CID}/stats"
        world.engine.scripts[stats] = answer({"id": CID, "name": "/web"})
        seen = await shows(await ask(phone, "/stats --live"), "memory unknown")
        later(phone, 600)
        seen = await shows(seen, "no longer live")
        assert seen.text.endswith("I follow for 10 min at most.")
        seen = await shows(await ask(phone, "/stats --live"), "memory unknown")
        world.engine.scripts[LIST] = answer({"message": "no disk"}, 500)
        ended = await shows(seen, "no longer live")
        assert ended.text.startswith("local: no longer live\nlocal: 1 container, memory unknown")
        assert ended.text.endswith("Docker on local failed: no disk")
        assert (await ask(phone, "/stats --live")).text == "Docker on local failed: no disk"
