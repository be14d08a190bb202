"""The ways to root that only a look at something else tells, on a real Engine and a made-up one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.own import own_container
from bot.hosts.root import Reason
from bot.hosts.roots import Roots
from bot.i18n import catalogue
from bot.reply.words import Words
from tests.hosts.scripted import CID, Scripted, answer
from tests.private_engine import Engine

WORDS = Words("en", "UTC", catalogue("en"), lambda: 0.0)


@pytest.fixture
async def roots(engine: Engine) -> AsyncIterator[Roots]:
    host = Host("real", engine.url)
    yield host.roots
    await host.close()


def said(found: tuple[Reason, ...]) -> list[str]:
    return [WORDS.plain(reason.told) for reason in found]


def create(engine: Engine, name: str, *options: str) -> str:
    return engine.docker("create", "--name", name, *options, "busybox", "sleep", "1000")


def asked(**host: object) -> dict[str, Any]:
    return {"Image": "busybox", "HostConfig": host}


@pytest.mark.engine
async def test_an_ordinary_container_gives_nothing(engine: Engine, roots: Roots) -> None:
    create(engine, "web", "-v", "data:/data", "-v", "/anonymous", "-p", "80", "--tmpfs", "/cache")
    assert await roots.of("web") == ()
    with pytest.raises(NotFound):
        await roots.of("nothing")


@pytest.mark.engine
async def test_what_is_shared_with_another(engine: Engine, roots: Roots) -> None:
    create(engine, "root", "--privileged")
    create(engine, "folder", "-v", "/srv/x:/y")
    for name, options, why in (
        ("net", ("--network", "container:root"), "It shares with root. It is privileged."),
        ("pid", ("--pid", "container:root"), "It shares with root. It is privileged."),
        ("deep", ("--pid", "container:net"), "It shares with net. It shares with root. It is"),
    ):
        create(engine, name, *options)
        (sentence,) = said(await roots.of(name))
        assert sentence.startswith(why)
    create(engine, "from", "--volumes-from", "folder")
    assert said(await roots.of("from")) == [
        "It mounts /srv/x of the host.",
        "It shares with folder. It mounts /srv/x of the host.",
    ]
    engine.docker("rm", "folder")
    assert said(await roots.of("from")) == ["It mounts /srv/x of the host."]


@pytest.mark.engine
async def test_a_volume_that_is_a_path_of_the_host(engine: Engine, roots: Roots) -> None:
    options = ("type=none", "o=bind", "device=/etc")
    engine.docker("volume", "create", *(word for o in options for word in ("-o", o)), "etc")
    create(engine, "bind", "-v", "etc:/x")
    create(engine, "mount", "--mount", "type=volume,src=etc,dst=/x")
    for name in ("bind", "mount"):
        assert said(await roots.of(name)) == ["It mounts /etc of the host."]
    assert said(await roots.of_asked(asked(Binds=["etc:/x:ro"])))[0] == (
        "It mounts /etc of the host."
    )


@pytest.mark.engine
async def test_a_volume_that_is_mounted_counts_with_its_users(engine: Engine, roots: Roots) -> None:
    create(engine, "ui", "-v", "state:/data", "-v", "/var/run/docker.sock:/s")
    create(engine, "web", "-v", "pages:/data")
    create(engine, "ordinary", "-v", "state:/data")
    why = "ui uses its volume. It has Docker's socket."
    mount = {"Type": "volume", "Source": "state", "Target": "/x"}
    for host in (
        {"Binds": ["state:/x:ro"]},
        {"Mounts": [mount]},
        {"VolumesFrom": ["ordinary:ro"]},
    ):
        assert said(await roots.of_asked(asked(**host))) == [why]
    assert await roots.of_asked(asked(Binds=["pages:/x", "new:/y"], VolumesFrom=["web"])) == ()
    # who is in it already has what he has
    assert await roots.of("ordinary") == ()


@pytest.mark.engine
async def test_the_hosts_network_by_its_id(engine: Engine, roots: Roots) -> None:
    hid = engine.docker("network", "inspect", "-f", "{{.Id}}", "host")
    why = ["It has the host's network."]
    assert said(await roots.of_asked(asked(NetworkMode=hid))) == why
    assert said(await roots.of_asked(asked(NetworkMode=hid[:12]))) == why
    ends: dict[str, object] = {"EndpointsConfig": {hid: {}}}
    assert said(await roots.of_asked({**asked(), "NetworkingConfig": ends})) == why
    assert await roots.of_asked(asked(NetworkMode="bridge")) == ()
    create(engine, "web", "--network", hid)
    engine.docker("start", "web")
    assert said(await roots.of("web")) == why


@pytest.mark.engine
async def test_the_hosts_groups_count_where_they_are_asked_for(roots: Roots) -> None:
    """What exists tells "host" on a host of cgroup v1, whatever was asked for."""
    assert said(await roots.of_asked(asked(CgroupnsMode="host"))) == [
        "It sees the host's groups of processes."
    ]
    assert await roots.of_asked(asked(CgroupnsMode="private")) == ()


@pytest.mark.engine
async def test_the_tag_of_what_holds_the_host(engine: Engine, roots: Roots) -> None:
    for tag in ("ui:1", "web:1", "localhost:5000/ui:1"):
        engine.docker("tag", "busybox", tag)
    for name, image in (("root", "ui:1"), ("far", "localhost:5000/ui:1")):
        engine.docker("create", "--name", name, "--privileged", image)
    engine.docker("create", "--name", "web", "web:1")
    assert said(await roots.of_tag("ui:1")) == ["root is made of it. It is privileged."]
    assert said(await roots.of_tag("docker.io/library/ui:1")) == said(await roots.of_tag("ui:1"))
    assert said(await roots.of_tag("localhost:5000/ui:1")) == [
        "far is made of it. It is privileged."
    ]
    for other in ("ui", "ui:2", "team/ui:1", "web:1", "localhost/ui:1"):
        assert await roots.of_tag(other) == ()
    engine.docker("tag", engine.docker("commit", "web"), "ui:1")  # the list tells its id now
    assert said(await roots.of_tag("ui:1")) == ["root is made of it. It is privileged."]


@pytest.mark.engine
async def test_our_own_container_knows_its_id(engine: Engine, tmp_path: Path) -> None:
    cid = engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(engine.docker("exec", "web", "cat", "/proc/self/mountinfo"))
    assert own_container(mounts) == cid
    host = Host("real", engine.url, own=cid)
    assert said(await host.roots.of("web")) == ["It is Pierhead itself."]
    engine.docker("create", "--name", "near", "--network", "container:web", "busybox")
    assert said(await host.roots.of("near")) == ["It shares with web. It is Pierhead itself."]
    await host.close()


def test_outside_of_containers_there_is_no_own_one(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:1 / / rw - overlay overlay rw\n"
        f"2 1 0:2 / /var/lib/docker/containers/{CID}/mounts/shm rw - tmpfs shm rw\n"
    )
    assert own_container(mounts) == ""
    assert own_container(tmp_path / "nothing") == ""
    path = f"/storage/overlay-containers/{CID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw"
    mounts.write_text(f"3 1 0:3 {path}\n")
    assert own_container(mounts) == CID


def inspected(**host: object) -> dict[str, Any]:
    return {"Id": CID, "Name": "/web", "Config": {"Image": "nginx"}, "HostConfig": host}


async def test_what_runs_all_is_nothing_special(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /containers/web/json"] = answer(inspected(Runtime="nvidia"))
    fake.scripts["GET /info"] = answer({"DefaultRuntime": "nvidia"})
    assert await host.roots.of("web") == ()
    fake.scripts["GET /info"] = answer({"DefaultRuntime": "runc"})
    assert said(await host.roots.of("web")) == ["It is run by nvidia."]


async def test_what_can_not_be_read_is_not_taken_for_harmless(fake: Scripted, host: Host) -> None:
    lies: tuple[object, ...] = ({}, [], inspected(Privileged="yes"), inspected(Binds=[7]))
    for told in lies:
        fake.scripts["GET /containers/web/json"] = answer(told)
        with pytest.raises(DockerFault):
            await host.roots.of("web")


async def test_a_circle_of_containers_ends(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /containers/web/json"] = answer(inspected(PidMode="container:web"))
    assert await host.roots.of("web") == ()
