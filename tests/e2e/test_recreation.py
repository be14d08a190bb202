"""A container that is made again is the same in all that was asked of it, whatever that was.

On the real Engine: made by Docker's own program, looked at, made again, and looked at again.
"""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hosts import Host
from bot.hosts.client import Client
from tests.e2e.making import inspected
from tests.e2e.pushing import build
from tests.e2e.test_run_flags import GROUPS, plain
from tests.private_engine import Engine

IMAGE = (
    "ENV A=image B=image",
    "EXPOSE 80 81/udp",
    "VOLUME /of-the-image",
    "WORKDIR /tmp",
    "USER nobody",
    "LABEL a=image z=image",
    "HEALTHCHECK --interval=7s --retries=2 CMD true",
)
MORE = (
    "--network shop --network-alias a --ip 172.30.0.20",
    "--network container:other",
    "-v /anonymous -v /of-the-image",
    "--volumes-from reader:ro",
    "--mount type=volume,dst=/unnamed",
    "--health-interval 9s",
    "-e A=image -e B=mine -l a=image -l z=mine",
    "--hostname box --domainname x.example",
)
APART = ("process", "health", "limits")  # of which any go together


@pytest.fixture
def other(engine: Engine) -> Engine:
    engine.docker("network", "create", "--subnet", "172.30.0.0/16", "shop")
    engine.docker("network", "create", "back")
    options = ("--network", "shop", "-v", "files:/files", "-v", "/theirs")
    engine.docker("run", "-d", "--name", "other", *options, "busybox", "sleep", "1000")
    engine.docker("network", "connect", "bridge", "other")
    build(engine, "app:1", "1", *IMAGE)
    engine.docker("create", "--name", "reader", "-v", "/of-the-image", "busybox")
    return engine


@pytest.fixture
async def host(other: Engine) -> AsyncIterator[Host]:
    found = Host("local", other.url)
    yield found
    await found.close()


async def again(host: Host, name: str, new: str, image: str) -> None:
    """Make it again, of an image, under another name."""
    seen = await host.snapshots.of(name)
    made = seen.recipe(image, await host.images.id_of(image))
    created = await host.creation.create(made.body, new)
    for network, how in made.networks:
        await host.networks.connect(network, created.id, how)


def facts(engine: Engine, name: str) -> dict[str, Any]:
    """What was asked of it; a volume without a name is one that is mounted by it."""
    raw = inspected(engine, name)
    volumes = {(m["Destination"], m.get("Name"), m["RW"]) for m in raw["Mounts"]}
    sources = [m for m in raw["Mounts"] if len(m.get("Name", "")) == 64]
    binds = {f"{m['Name']}:{m['Destination']}{'' if m['RW'] else ':ro'}" for m in sources}
    host = raw["HostConfig"]
    host["Binds"] = sorted({*(host["Binds"] or ()), *binds})
    host["Links"] = [link.replace(f"/{name}/", "/web/") for link in host["Links"] or ()]
    for mount in host.get("Mounts") or ():
        named = (m["Name"] for m in sources if m["Destination"] == mount["Target"])
        mount["Source"] = mount.get("Source") or next(named, "")
    for joined in raw["NetworkSettings"]["Networks"].values():
        joined["IPAMConfig"] = joined["IPAMConfig"] or None
    found = plain(raw)
    found["Mounts"] = volumes
    return found


async def same(host: Host, engine: Engine, *words: str) -> None:
    engine.docker("create", "--name", "web", *words)
    try:
        if "shop" in words:
            engine.docker("network", "connect", "--alias", "more", "back", "web")
        image = inspected(engine, "web")["Config"]["Image"]
        await again(host, "web", "again", image)
        assert facts(engine, "again") == facts(engine, "web"), words
        await again(host, "again", "again-2", image)
        assert facts(engine, "again-2") == facts(engine, "web"), words
    finally:
        engine.docker("rm", "-v", "again", "again-2", check=False)
        engine.docker("rm", "-v", "web")


@pytest.mark.parametrize("group", [*GROUPS, "more"])
async def test_each_flag(host: Host, other: Engine, group: str) -> None:
    for options in GROUPS.get(group, MORE):
        await same(host, other, *shlex.split(options), "app:1", "sleep", "1000")


async def test_an_address_of_its_own(host: Host, other: Engine) -> None:
    """Newer clients of Docker's can't ask an old Engine for it."""
    mac = "92:d0:c6:0a:29:33"
    body = {"Image": "app:1", "MacAddress": mac, "HostConfig": {}}
    await host.creation.create(body, "web")
    await again(host, "web", "again", "app:1")
    other.docker("start", "again")
    networks = inspected(other, "again")["NetworkSettings"]["Networks"]
    assert networks["bridge"]["MacAddress"] == mac


async def test_flags_together(host: Host, other: Engine) -> None:
    picked = st.tuples(*(st.sampled_from(GROUPS[group]) for group in APART), st.sampled_from(MORE))
    found: list[tuple[str, ...]] = []

    @settings(max_examples=6)
    @given(picked)
    def pick(chosen: tuple[str, ...]) -> None:
        found.append(chosen)

    pick()
    for chosen in found:
        words = shlex.split(" ".join(chosen))
        try:
            other.docker("create", "--name", "possible", *words, "app:1", "sleep", "1000")
        except AssertionError:
            continue  # Docker itself refuses that these go together
        other.docker("rm", "-v", "possible")
        await same(host, other, *words, "app:1", "sleep", "1000")


async def test_what_the_image_brought_along_is_the_new_image_s(host: Host, other: Engine) -> None:
    other.docker("create", "--name", "web", "-e", "MINE=1", "app:1")
    lines = ("ENV A=newer", "EXPOSE 99", "WORKDIR /var", "LABEL a=newer", 'CMD ["sleep", "7"]')
    build(other, "app:2", "2", *lines)
    await again(host, "web", "again", "app:2")
    config = inspected(other, "again")["Config"]
    assert {"MINE=1", "A=newer", "VERSION=2"} <= set(config["Env"])
    assert not {"A=image", "B=image", "VERSION=1"} & set(config["Env"])
    assert config["ExposedPorts"] == {"99/tcp": {}}
    assert config["WorkingDir"] == "/var"
    assert config["Labels"]["a"] == "newer"
    assert "z" not in config["Labels"]
    assert config["User"] == ""
    assert "Healthcheck" not in config
    # what was in the volumes of the old image is kept
    assert [m["Destination"] for m in inspected(other, "again")["Mounts"]] == ["/of-the-image"]


async def test_an_image_of_compose_is_known_by_compose(host: Host, other: Engine) -> None:
    label = "com.docker.compose.image"
    other.docker("create", "--name", "web", "-l", f"{label}=sha256:old", "app:1")
    await again(host, "web", "again", "busybox")
    wanted = other.docker("inspect", "-f", "{{.Id}}", "busybox")
    assert inspected(other, "again")["Config"]["Labels"][label] == wanted


async def test_what_lives_in_another_is_found(host: Host, other: Engine) -> None:
    for name, options in {
        "net": "--network container:other",
        "pid": "--pid container:other",
        "short": f"--ipc container:{inspected(other, 'other')['Id'][:12]}",
        "free": "--network shop",
    }.items():
        other.docker("create", "--name", name, *options.split(), "busybox")
    other.docker("create", "--name", "linked", "--link", "other:alias", "busybox")
    seen = await host.snapshots.of("other")
    assert [one.name.raw for one in await host.snapshots.sharing(seen)] == ["net", "pid", "short"]
    assert [one.raw for one in await host.snapshots.linked_by(seen)] == ["linked"]
    moved = (await host.snapshots.of("net")).recipe("busybox", "x").sharing({seen.id: "new"})
    assert moved.body["HostConfig"]["NetworkMode"] == "container:new"


async def test_what_shares_nothing_is_looked_at_once(
    host: Host, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a1", "a2", "a3"):
        other.docker("create", "--name", name, "busybox")
    other.docker("create", "--name", "net", "--network", "container:other", "busybox")
    asked: list[str] = []
    ask = Client.inspect_container

    def counted(client: Client, container: str) -> object:
        asked.append(container)
        return ask(client, container)

    monkeypatch.setattr(Client, "inspect_container", counted)
    seen = await host.snapshots.of("other")
    assert [one.name.raw for one in await host.snapshots.sharing(seen)] == ["net"]
    asked.clear()
    other.docker("create", "--name", "net-2", "--network", "container:other", "busybox")
    other.docker("rm", "a1")
    assert [one.name.raw for one in await host.snapshots.sharing(seen)] == ["net", "net-2"]
    new = {other.docker("inspect", "-f", "{{.Id}}", name) for name in ("net", "net-2")}
    assert set(asked) == new


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--rm", "It is removed when it ends (--rm): it could not come back."),
        ("-l com.docker.swarm.task.id=x", "It is a task of a swarm's service"),
    ],
)
async def test_what_can_not_be_made_again_is_told(
    host: Host, other: Engine, options: str, why: str
) -> None:
    other.docker("create", "--name", "web", *options.split(), "busybox")
    (told,) = (await host.snapshots.of("web")).obstacles
    assert told.one.startswith(why)


async def test_out_of_all_networks_is_told(host: Host, other: Engine) -> None:
    other.docker("create", "--name", "web", "busybox")
    other.docker("network", "disconnect", "bridge", "web")
    assert [m.one for m in (await host.snapshots.of("web")).obstacles] == [
        "It was taken out of all its networks."
    ]
