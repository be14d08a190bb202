"""Pull, push and build: the reply, what the Engine has, and what a registry says."""

from __future__ import annotations

import asyncio
import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from sandbox.engine.images import import_image
from tests.e2e.conftest import OPERATOR, OWNER, Pierhead
from tests.e2e.talk import ask, later, tap
from tests.private_engine import Engine
from tests.test_fetch import ok, web


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def listed(pierhead: Pierhead, registry: str, tmp_path: Path) -> Pierhead:
    """A bot whose config lists the registry."""
    file = tmp_path / "config.toml"
    file.write_text(f'[registries."{registry}"]\n[registries."127.0.0.1:9"]\n')
    pierhead.file = file
    return pierhead


async def end(phone: Phone, *words: str) -> Seen:
    """The next message that has one of the words, whatever shows how far it is before."""
    while True:
        later(phone, 1.1)
        seen = await phone.wait()
        if any(word in seen.text for word in words):
            return seen


async def until(so: Callable[[], bool]) -> None:
    """Wait for something that the Engine does after it has answered."""
    async with asyncio.timeout(30):
        while not so():  # noqa: ASYNC110 - the Engine rings no bell of ours
            await asyncio.sleep(0.05)


async def test_an_image_is_pushed_and_pulled(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/box:1"
    engine.docker("tag", "busybox", name)
    async with listed.running():
        await phone.send(f"/push {name}")
        size = r"2 MB, in \d+ s"
        assert re.fullmatch(f"Pushed {name}@local, {size}", (await end(phone, "Pushed")).text)
        engine.docker("rmi", name)
        await phone.send(f"/pull {name}")
        assert re.fullmatch(f"Pulled {name}@local, {size}", (await end(phone, "Pulled")).text)
        assert engine.docker("images", "-q", name)
        await phone.send(f"/pull {name}")
        assert " is up to date, " in (await end(phone, "up to date")).text


async def test_of_all_tags_the_size_is_an_upper_bound(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/all"
    engine.docker("tag", "busybox", f"{name}:1")
    import_image(engine.sdk, "big:2", mebibytes=3)
    engine.docker("tag", "big:2", f"{name}:2")
    async with listed.running():
        await phone.send(f"/push -a {name}:1")
        said = (await end(phone, "Pushed")).text
        assert said.startswith(f"Pushed {name}@local, at most 7.")
        engine.docker("rmi", f"{name}:1", f"{name}:2")
        await phone.send(f"/pull -a {name}")
        said = (await end(phone, "Pulled", "up to date")).text
        assert f"{name}@local" in said
        assert ", at most 7." in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/pull {registry}/no/such:1", "has no such image"),
        ("/pull 127.0.0.1:9/a/b", "can't be reached from the host."),
        ("/pull evil.example/a/b", "The config does not list the registry evil.example."),
        ("/pull nginx", "The config does not list the registry docker.io."),
        ("/push busybox", "The config does not list the registry docker.io."),
    ],
)
async def test_what_a_registry_refuses(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str, line: str, said: str
) -> None:
    async with listed.running():
        await phone.send(line.format(registry=registry))
        seen = await end(phone, "Not done", "Not found", "Docker on")
        assert said in seen.text
        assert engine.docker("images", "-q").count("\n") == 0


async def test_who_may_not_pull(listed: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    async with listed.running():
        for line in ("/pull nginx", "/push busybox", "/build -"):
            phone = telegram.private(OPERATOR)
            assert "It needs image." in (await ask(phone, line)).text


async def test_a_tag_of_what_holds_the_host_is_for_owners(
    listed: Pierhead, telegram: Sandbox, engine: Engine, registry: str
) -> None:
    listed.environment["PIERHEAD_ACCESS__PEOPLE__7__ROLE"] = "admin"
    engine.docker("create", "--privileged", "busybox", "sleep", "1000")
    phone = telegram.private(OPERATOR)
    listed.file = None
    async with listed.running():
        assert "It needs engine.root" in (await ask(phone, "/pull busybox")).text
        await phone.send_document("Dockerfile", b"FROM busybox", "/build -t busybox -")
        assert "It needs engine.root" in (await end(phone, "Not done")).text


DOCKERFILE = b"FROM busybox\nARG who=me\nRUN echo hello $who > /hello\nCMD cat /hello\n"


def packed(kind: str) -> bytes:
    room = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(room, "w") as archive:
            archive.writestr("Dockerfile", DOCKERFILE + b"COPY a.txt /\n")
            archive.writestr("a.txt", "from the archive")
    else:
        with tarfile.open(fileobj=room, mode="w:gz" if kind else "w") as tar:
            for name, content in (("Dockerfile", DOCKERFILE), ("a.txt", b"from the archive")):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return room.getvalue()


async def test_a_dockerfile_alone_is_built(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with pierhead.running():
        line = "/image build -t shop:2 --build-arg who=you --label a=b -"
        await phone.send_document("Dockerfile", DOCKERFILE, line)
        seen = await end(phone, "Built", "Not done")
        assert seen.text.startswith("Built shop:2@local, in ")
        assert engine.docker("run", "--rm", "shop:2") == "hello you"
        assert engine.docker("inspect", "-f", '{{index .Config.Labels "a"}}', "shop:2") == "b"


async def test_the_limits_of_the_steps(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    dockerfile = b"FROM busybox\nRUN ulimit -n > /soft && ulimit -Hn > /hard\n"
    async with pierhead.running():
        line = "/build --network none -t made --ulimit nofile=100:200 -"
        await phone.send_document("Dockerfile", dockerfile, line)
        await end(phone, "Built", "Not done")
        assert engine.docker("run", "--rm", "made", "cat", "/soft", "/hard") == "100\n200"
        seen = await phone.ask("/build --ulimit nofile -")
        assert "nofile=1024:2048" in seen.text


async def test_what_a_base_would_have_fetched_is_looked_at(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "--name", "base", "busybox", "true")
    engine.docker("commit", "-c", "ONBUILD ADD http://10.0.0.1/ /x", "base", "evil:1")
    engine.docker("commit", "-c", "ONBUILD COPY --from=r.example/x /a /b", "base", "evil:2")
    engine.docker("commit", "-c", "ONBUILD RUN echo hello > /hello", "base", "kind:1")
    async with pierhead.running():
        for base, said in (
            ("evil:1", "Docker itself would fetch this"),
            ("evil:2", "does not list the registry r.example"),
        ):
            await phone.send_document("Dockerfile", f"FROM {base}\n".encode(), "/build -t made -")
            seen = await end(phone, "Built", "Not done", "can't be built on")
            assert said in seen.text
        await phone.send_document("Dockerfile", b"FROM kind:1\n", "/build -t made -")
        await end(phone, "Built", "Not done")
    assert engine.docker("run", "--rm", "made", "cat", "/hello") == "hello"


async def test_a_base_that_is_not_there_is_pulled_first(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/team/base:1"
    engine.docker("tag", "busybox", name)
    engine.docker("push", name)
    engine.docker("rmi", name)
    async with listed.running():
        await phone.send_document("Dockerfile", f"FROM {name}\n".encode(), "/build -t made -")
        await end(phone, "Built", "Not done")
    assert name in engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")


@pytest.mark.parametrize(("kind", "name"), [("", "a.tar"), ("gz", "a.tar.gz"), ("zip", "a.zip")])
async def test_an_archive_is_built(
    pierhead: Pierhead, phone: Phone, engine: Engine, kind: str, name: str
) -> None:
    async with pierhead.running():
        await phone.send_document(name, packed(kind), "/build -t shop -")
        seen = await end(phone, "Built", "Not done")
        assert seen.text.startswith("Built shop@local, in ")
        assert engine.docker("run", "--rm", "shop") == "hello me"


async def test_a_dockerfile_of_the_web_is_built_where_it_is_listed(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with web(ok(DOCKERFILE)) as (port, asked):
        origin = f"http://127.0.0.1:{port}"
        pierhead.environment["PIERHEAD_LIMITS__DOWNLOADS"] = origin
        async with pierhead.running():
            await phone.send(f"/build -t shop {origin}/Dockerfile")
            assert (await end(phone, "Built", "Not done")).text.startswith("Built shop@local")
            seen = await ask(phone, "/build -t shop http://127.0.0.2/Dockerfile")
            assert "The config lists no downloads from 127.0.0.2." in seen.text
            assert asked == ["/Dockerfile"]


async def test_a_step_that_fails_is_told_with_its_last_lines(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    dockerfile = b"FROM busybox\nRUN echo one; echo two >&2; exit 3\n"
    async with pierhead.running():
        await phone.send_document("Dockerfile", dockerfile, "/build -t bad -")
        seen = await end(phone, "Not done")
        assert seen.text.startswith("Not done: build an image on local")
        assert "Step 2 of 2: RUN echo one; echo two >&2; exit 3" in seen.text
        assert {"one", "two"} <= set(seen.text.splitlines())  # two pipes have no order
        assert "returned a non-zero code: 3" in seen.text
        assert engine.docker("ps", "-aq") == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tar", b"FROM busybox" + bytes(1 << 20), "neither an archive nor a Dockerfile"),
        ("Dockerfile", b"NONSENSE 1\n", "unknown instruction"),
        ("Dockerfile", b"FROM nowhere/nothing:1\n", "It says:"),
    ],
)
async def test_what_can_not_be_built(
    pierhead: Pierhead, phone: Phone, engine: Engine, name: str, content: bytes, said: str
) -> None:
    async with pierhead.running():
        await phone.send_document(name, content, "/build -t bad -")
        seen = await end(phone, said)
        assert said in seen.text


async def test_a_build_that_is_cancelled_leaves_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with pierhead.running():
        await phone.send_document("Dockerfile", b"FROM busybox\nRUN sleep 600\n", "/build -t bad -")
        seen = await end(phone, "Step 2 of 2")
        await until(lambda: engine.docker("ps", "-q") != "")
        assert await tap(seen, "Cancel the build") == "Stopping."
        seen = await end(phone, "Cancelled")
        assert seen.text.startswith("Cancelled: build an image on local")
        await until(lambda: engine.docker("ps", "-aq") == "")
        assert engine.docker("images", "-q", "bad") == ""
