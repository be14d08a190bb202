"""`/create` and `/run -d`: what is made, what is asked before, and what is left of what fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.making import ADMIN, agreed, inspected, names, with_admin
from tests.e2e.talk import ask, shows, tap
from tests.private_engine import Engine


@pytest.fixture
def pierhead(telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock) -> Pierhead:
    return with_admin(telegram, engine, tmp_path, clock)


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(ADMIN)


async def test_create(pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/create --name web -e A=b -l team=x busybox sleep 1000")
        assert seen.text == "Created web@local."
        assert seen.buttons == [["Start web@local…"]]
        found = inspected(engine, "web")
        assert found["State"]["Status"] == "created"
        assert found["Config"]["Cmd"] == ["sleep", "1000"]
        assert "A=b" in found["Config"]["Env"]
        assert found["Config"]["Labels"]["team"] == "x"
        await tap(seen, "Start web@local…")
        asked = await phone.wait()
        assert asked.text.startswith("Start web@local?")
        unnamed = await ask(phone, "/container create docker.io/library/busybox:latest")
        name = re.fullmatch(r"Created (busybox-[0-9a-f]{4})@local\.", unnamed.text)
        assert name is not None
        assert names(engine) == {"web", name[1]}
        audit = await ask(phone, "/audit -c create")
        assert "web" in audit.text


async def test_in_the_background(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run -d --name web busybox sleep 1000")
        cid = engine.docker("inspect", "-f", "{{.Id}}", "web")
        assert seen.text == f"Started web@local.\nIts id: {cid[:12]}"
        assert seen.buttons == [["Logs web"], ["Stop web@local…"]]
        assert inspected(engine, "web")["State"]["Running"]
        failed = await ask(phone, "/run -d --name job busybox sh -c 'echo why; exit 3'")
        assert failed.text.splitlines() == ["job@local ended at once: exit 3", "why"]
        assert failed.buttons == [["Logs job"], ["Remove job@local…"]]
        removed = await ask(phone, "/run -d --rm --name gone busybox sh -c 'exit 127'")
        assert removed.text.splitlines() == [
            "gone@local ended at once: exit 127",
            "sh, or something that it needs, was not found.",
            "It is removed again.",
        ]
        assert removed.buttons == []
        again = await ask(phone, "/run -d --name loop --restart always busybox echo hi")
        assert again.text.startswith("loop@local ended at once, and is started again.\nhi")
        assert again.buttons == [["Logs loop"], ["Stop loop@local…"]]
        well = await ask(phone, "/run -d --name well --restart on-failure busybox true")
        assert well.text == "well@local ended at once: exit 0"
        assert names(engine) == {"web", "job", "loop", "well"}


async def test_what_mounts_or_publishes_is_asked_about(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        for options in (
            "-v data:/x",
            "--mount src=data,dst=/x",
            "-p 8080:80",
            "-P",
            "--volumes-from other",
            "--network container:other",
        ):
            if "other" in options and "other" not in names(engine):
                engine.docker("create", "--name", "other", "busybox")
            seen = await ask(phone, f"/run -d --name web {options} busybox sleep 1000")
            assert seen.text.startswith("Run web@local?\n"), options
            assert seen.buttons == [["Not now"], ["Run web on local"]]
            assert "web" not in names(engine)
            await tap(seen, "Not now")
            assert (await seen.changed()).text == "Not done. Nothing was changed."
        for options in ("-v /anonymous", "--tmpfs /x", "--mount type=tmpfs,dst=/x", "-m 64m"):
            seen = await ask(phone, f"/create {options} busybox")
            assert seen.text.startswith("Created busybox-"), options


async def test_the_plan_and_what_comes_of_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    line = (
        "/run -d --name web -p 127.0.0.1:8080:80 -v data:/data:ro --tmpfs /x -e DB_PASSWORD=hunter2"
        " --network bridge -m 64m --cpus 0.5 --restart always -u 1000 busybox sleep 1000"
    )
    async with pierhead.running():
        asked = await ask(phone, line)
        assert "hunter2" not in asked.text
        assert asked.text.splitlines()[:9] == [
            "Run web@local?",
            "image: busybox",
            "port: 127.0.0.1:8080 → 80/tcp",
            "mount: data → /data (ro)",
            "mount: tmpfs → /x",
            "network: bridge",
            "command: sleep 1000",
            "user: 1000",
            "variables: DB_PASSWORD",
        ]
        await tap(asked, "Run web on local")
        assert (await asked.changed()).text.startswith("Started web@local.")
        found = inspected(engine, "web")
        assert found["HostConfig"]["PortBindings"] == {
            "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]
        }
        assert found["HostConfig"]["Memory"] == 64 * 2**20
        assert "DB_PASSWORD=hunter2" in found["Config"]["Env"]
        audit = await ask(phone, "/audit -c run")
        assert "hunter2" not in audit.text


async def test_a_name_that_is_taken(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    before = inspected(engine, "web")["Id"]
    async with pierhead.running():
        seen = await ask(phone, "/run -d --name web busybox sleep 1000")
        assert seen.text.splitlines() == [
            "Not created: web@local",
            "There is a web@local already: never started",
            "Choose another --name, or remove it.",
            "Nothing was changed.",
        ]
        assert seen.buttons == [["Inspect web"], ["Remove web@local…"]]
    assert inspected(engine, "web")["Id"] == before


async def test_a_port_that_is_taken(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "-p", "8080:80", "busybox", "sleep", "1000")
    async with pierhead.running():
        seen = await agreed(phone, "/run -d --name shop -v /x -p 8080:80 busybox sleep 1000")
        assert seen.text.splitlines() == [
            "Not created: shop@local",
            "Port 8080 of local is taken by web.",
            "Choose another, as in -p 8081:….",
            "What was made is gone again.",
        ]
        assert seen.buttons == [["Inspect web"]]
    assert names(engine) == {"web"}
    assert engine.docker("volume", "ls", "-q") == ""


async def test_what_can_not_be_started_leaves_nothing(
    pierhead: Pierhead, telegram: Sandbox, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        for words, why in (
            ("--network nowhere busybox", "There is no network nowhere on local."),
            ("busybox nothing", "There is no nothing in its image."),
            ("busybox /etc/passwd", "/etc/passwd is there, but can't be executed."),
            ("--rm busybox nothing", "There is no nothing in its image."),
        ):
            for detached in ("-d ", ""):
                seen = await ask(phone, f"/run {detached}--name web {words}")
                lines = seen.text.splitlines()
                assert lines[:2] == ["Not created: web@local", why]
                assert lines[-1] == "What was made is gone again."
                assert names(engine) == set()
        owner = await agreed(
            telegram.private(OWNER),
            "/run -d --name web --mount type=bind,src=/nowhere,dst=/x busybox",
        )
        assert owner.text.splitlines() == [
            "Not created: web@local",
            "There is no /nowhere on local.",
            "-v would make a folder there.",
            "Nothing was changed.",
        ]
    assert names(engine) == set()


async def test_an_image_that_is_not_there(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        for line in ("/run -d --name web nothing:1", "/run nothing:1", "/create nothing:1"):
            seen = await ask(phone, line)
            lines = seen.text.splitlines()
            assert lines[0].startswith("Not done: ")
            assert lines[1:3] == [
                "There is no image nothing:1 on local.",
                "docker.io can't be reached from the host.",
            ]
        for line in ("/run --pull never nothing:1", f"/create {'0' * 64}"):
            seen = await ask(phone, line)
            assert seen.text.splitlines()[0].startswith("There is no image ")
            assert seen.text.splitlines()[1:] == ["Nothing was changed."]
    assert names(engine) == set()


async def test_an_image_is_asked_for(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        pulled = await ask(phone, "/pull")
        assert pulled.text == "/pull: which image on local?"
        asked = await ask(phone, "/run -d --name box")
        assert asked.text == "/run: which image on local?"
        assert asked.buttons == [["busybox:latest"]]
        assert await tap(asked, "busybox:latest") == ""
        assert (await phone.wait()).text.startswith("box@local")
    assert engine.docker("ps", "-a", "--format", "{{.Names}} {{.Image}}") == "box busybox:latest"


async def test_variables_from_a_document(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        bare = await ask(phone, "/run -d --name web --env-file x.env busybox sleep 1000")
        assert bare.text.splitlines()[0] == "There is no document with it."
        assert "/run --env-file - …" in bare.text
        phone.unseen()
        line = "/run -d --name web --env-file x.env -e B=2 -v data:/x busybox sleep 1000"
        await phone.send_document("x.env", b"# mine\nA=1\nB=1\nC=a b\n", caption=line)
        asked = await phone.wait()
        assert "from a file: x.env" in asked.text
        await tap(asked, "Run web on local")
        await shows(asked, "Started web@local.")
        env = inspected(engine, "web")["Config"]["Env"]
        assert {"A=1", "B=2", "C=a b"} <= set(env)
        phone.unseen()
        wrong = "/create --name bad --env-file x.env busybox"
        await phone.send_document("x.env", b"A=1\nPATH\n", caption=wrong)
        refused = await phone.wait()
        assert refused.text.splitlines()[0] == "Line 2 of the document is no variable."
    assert names(engine) == {"web"}


async def test_who_may(pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock) -> None:
    async with pierhead.running():
        for line, need in (
            ("/run busybox", "container.run"),
            ("/create busybox", "container.create"),
        ):
            denied = await ask(telegram.private(OPERATOR), line)
            assert need in denied.text
    assert names(engine) == set()
