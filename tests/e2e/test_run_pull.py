"""`/run` of an image that is not there: it is pulled, as `/pull` would, and only by who may."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import Clock, Pierhead
from tests.e2e.making import ADMIN, ended, inspected, names, with_admin
from tests.e2e.talk import ask, shows, tap
from tests.private_engine import Engine


@pytest.fixture
def pierhead(
    telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock, registry: str
) -> Pierhead:
    """A bot whose config lists the registry, and in which Vera is an admin."""
    made = with_admin(telegram, engine, tmp_path, clock)
    made.file = tmp_path / "config.toml"
    made.file.write_text(f'[registries."{registry}"]\n')
    return made


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(ADMIN)


@pytest.fixture
def box(engine: Engine, registry: str) -> str:
    """An image that the registry has, and the Engine has not."""
    name = f"{registry}/shop/box:1"
    engine.docker("tag", "busybox", name)
    engine.docker("push", name)
    engine.docker("rmi", name)
    return name


async def test_it_is_pulled_and_run(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, box: str
) -> None:
    async with pierhead.running():
        seen = await ask(phone, f"/run -d --name web {box} sleep 1000")
        await shows(seen, "Started web@local.")
        assert inspected(engine, "web")["Config"]["Image"] == box
        engine.docker("rm", "-f", "web")
        engine.docker("rmi", box)
        seen = await ask(phone, f"/run --rm --name job {box} echo hello")
        assert (await ended(seen)).text.splitlines()[:2] == ["job@local: exit code 0", "hello"]
        engine.docker("rmi", box)
        seen = await ask(phone, f"/create --name web {box}")
        await shows(seen, "Created web@local.")


async def test_with_always_it_is_pulled_also_if_it_is_there(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, box: str
) -> None:
    engine.docker("create", "--name", "other", "busybox", "touch", "/new")
    engine.docker("commit", "other", box)
    before = engine.docker("images", "-q", box)
    async with pierhead.running():
        seen = await ask(phone, f"/run -d --pull always --name web {box} sleep 1000")
        await shows(seen, "Started web@local.")
    assert engine.docker("images", "-q", box) != before


async def test_what_a_registry_has_not(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, registry: str
) -> None:
    async with pierhead.running():
        seen = await ask(phone, f"/run -d --name web {registry}/no/such:1")
        told = await shows(seen, "has no such image")
        lines = told.text.splitlines()
        assert lines[:2] == [
            "Not done: run a container on local",
            f"There is no image {registry}/no/such:1 on local.",
        ]
    assert names(engine) == set()


async def test_who_may_run_and_not_pull(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, box: str
) -> None:
    role = "PIERHEAD_ACCESS__ROLES__RUNNER__"
    pierhead.environment |= {
        f"{role}ALLOW": "container.*",
        f"PIERHEAD_ACCESS__PEOPLE__{ADMIN}__ROLE": "runner",
    }
    async with pierhead.running():
        denied = await ask(phone, f"/run -d --name web {box}")
        assert denied.text.splitlines()[1] == f"There is no image {box} on local."
        assert "It needs image.pull on local." in denied.text
        assert "Nothing was changed." in denied.text
    assert engine.docker("images", "-q", box) == ""


async def test_a_tag_of_what_holds_the_host_is_not_pulled(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, box: str
) -> None:
    engine.docker("tag", "busybox", box)
    engine.docker("create", "--name", "root", "--privileged", box)
    async with pierhead.running():
        denied = await ask(phone, f"/run -d --pull always --name web {box}")
        assert "root is made of it. It is privileged." in denied.text
        assert "engine.root" in denied.text
    assert names(engine) == {"root"}


async def test_a_pull_that_is_stopped_makes_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes what comes, and says nothing
        name = f"127.0.0.1:{silent.getsockname()[1]}"
        assert pierhead.file is not None
        pierhead.file.write_text(f'[registries."{name}"]\n')
        async with pierhead.running():
            seen = await ask(phone, f"/run -d --name web {name}/box:1")
            pulling = await shows(seen, f"Pulling {name}/box:1@local")
            assert await tap(pulling, "Cancel the pull") == "Stopping."
            await shows(seen, "Stopped: run a container on local")
    assert names(engine) == set()
