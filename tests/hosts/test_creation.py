"""Making a container: what an Engine is too old for is told, and never left out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import Conflict, DockerFault, NotFound
from bot.hosts import Host
from tests.hosts.scripted import CID, VERSION, Scripted, answer
from tests.private_engine import Engine

CREATE = "POST /containers/create"
MADE = answer({"Id": CID, "Warnings": ["No swap limit"]}, 201)


def speaks(fake: Scripted, api: str) -> None:
    fake.scripts["GET /version"] = answer(VERSION | {"ApiVersion": api})


def body(**host: object) -> dict[str, Any]:
    return {"Image": "busybox", "HostConfig": {"NetworkMode": "default", **host}}


async def test_what_was_made(fake: Scripted, host: Host) -> None:
    fake.scripts[CREATE] = MADE
    made = await host.creation.create(body(), "web", "linux/arm64")
    assert (made.id, [w.raw for w in made.warnings]) == (CID, ["No swap limit"])
    asked = fake.seen[-1]
    assert (str(asked), asked.query) == (CREATE, {"name": "web", "platform": "linux/arm64"})


@pytest.mark.parametrize(
    ("wanted", "since"),
    [
        (body(Annotations={"a": "b"}), "1.43"),
        (body() | {"Healthcheck": {"StartInterval": 1}}, "1.44"),
        (body() | {"NetworkingConfig": {"EndpointsConfig": {"a": {}, "b": {}}}}, "1.44"),
        (body(Mounts=[{"Type": "bind", "BindOptions": {"ReadOnlyForceRecursive": True}}]), "1.44"),
        (body(Mounts=[{"Type": "volume", "VolumeOptions": {"Subpath": "x"}}]), "1.45"),
        (body(DeviceRequests=[{"Count": -1}]), "1.40"),
        (body(CgroupnsMode="private"), "1.41"),
    ],
)
async def test_an_old_engine_is_not_asked(
    fake: Scripted, host: Host, wanted: dict[str, Any], since: str
) -> None:
    fake.scripts[CREATE] = MADE
    speaks(fake, f"1.{int(since[2:]) - 1}")
    with pytest.raises(DockerFault) as refused:
        await host.creation.create(wanted, "web")
    assert not refused.value.unknown
    assert fake.asked == []
    speaks(fake, since)
    host._link._lose()
    await host.creation.create(wanted, "web")
    assert fake.asked == [CREATE]


async def test_no_engine_that_is_spoken_with_mounts_images(fake: Scripted, host: Host) -> None:
    speaks(fake, "1.48")
    with pytest.raises(DockerFault):
        await host.creation.create(body(Mounts=[{"Type": "image", "Source": "x"}]), "web")


async def test_what_is_no_answer_may_have_been_done(fake: Scripted, host: Host) -> None:
    lies: tuple[object, ...] = ({}, [], {"Id": "../x"}, {"Id": CID, "Warnings": "x"})
    for told in lies:
        fake.scripts[CREATE] = answer(told, 201)
        with pytest.raises(DockerFault) as fault:
            await host.creation.create(body(), "web")
        assert fault.value.unknown


@pytest.mark.engine
async def test_on_an_engine(engine: Engine) -> None:
    host = Host("real", engine.url)
    mac = "92:d0:c6:0a:29:33"
    made = await host.creation.create(body() | {"Cmd": ["true"], "MacAddress": mac}, "web")
    assert engine.docker("inspect", "-f", "{{.Id}} {{.Config.MacAddress}}", "web") == (
        f"{made.id} {mac}"
    )
    with pytest.raises(Conflict):
        await host.creation.create(body(), "web")
    with pytest.raises(NotFound):
        await host.creation.create(body() | {"Image": "nothing:1"}, "other")
    await host.close()


@pytest.mark.engine
async def test_the_next_end_is_seen_also_of_what_is_removed_then(engine: Engine) -> None:
    host = Host("real", engine.url)
    command = {"Cmd": ["sh", "-c", "exit 3"]}
    made = await host.creation.create(body(AutoRemove=True) | command, "web")
    async with host.endings.next(made.id) as code:
        await host.containers.start(made.id)
        assert await code() == 3
    with pytest.raises(NotFound):
        async with host.endings.next("0" * 64):
            pass
    await host.close()
