"""The same on a real Engine, where what Docker itself does is the measure."""

from __future__ import annotations

import asyncio
import io
import tarfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from bot.errors import Conflict, NotFound
from bot.hosts import Host, prune
from bot.hosts.resolve import Known
from bot.hosts.types import Stats
from tests.private_engine import Engine

pytestmark = pytest.mark.engine


@pytest.fixture
async def real(engine: Engine) -> AsyncIterator[Host]:
    made = Host("real", engine.url)
    yield made
    await made.close()


def run(engine: Engine, name: str, script: str, *options: str) -> str:
    return engine.docker(
        "run", "-d", "--name", name, "--init", *options, "busybox:latest", "sh", "-c", script
    )


async def test_a_life(engine: Engine, real: Host) -> None:
    cid = run(engine, "web", "sleep 1000", "-v", "/data", "-l", "a=b")
    (web,) = await real.inventory.containers()
    assert (web.id, web.name.raw, web.state, web.labels["a"]) == (cid, "web", "running", "b")
    assert web.ago is not None
    assert Known([web]).exact("web") == (web,)
    assert await real.containers.start("web") is False
    assert await real.containers.restart("web", timeout=0) is True
    await real.containers.pause("web")
    (paused,) = await real.inventory.containers()
    assert (paused.state, paused.status.raw.endswith("(Paused)")) == ("paused", True)
    await real.containers.unpause("web")
    assert "sleep 1000" in str((await real.containers.top("web")).rows)
    reading, gone = await real.stats.once([cid, "0" * 64])
    assert isinstance(reading, Stats)
    assert (reading.id, reading.cpu is not None, gone) == (cid, True, None)
    await real.containers.rename("web", "web2")
    found = await real.containers.inspect("web2")
    assert (found.id, found.state, found.since is not None) == (cid, "running", True)
    with pytest.raises(Conflict):
        await real.containers.remove("web2")
    await real.containers.kill("web2", "KILL")
    engine.docker("wait", "web2")
    assert await real.containers.stop("web2", timeout=0) is False
    (ended,) = await real.inventory.containers()
    assert (ended.state, ended.exit_code) == ("exited", 137)
    await real.containers.remove("web2", volumes=True)
    assert await real.inventory.containers() == ()
    assert await real.volumes.list() == ()
    with pytest.raises(NotFound):
        await real.containers.inspect("web2")


async def test_the_engine_itself(engine: Engine, real: Host) -> None:
    version = await real.system.version()
    assert version.version.raw == engine.docker("version", "-f", "{{.Server.Version}}")
    assert await real.engine_id() == engine.docker("info", "-f", "{{.ID}}")
    assert (await real.system.info()).images >= 1
    usage = await real.system.df()
    assert usage.images[0].tags[0].raw == "busybox:latest"
    assert await real.system.prune_builds(all=False, unused_for=0) == 0


async def test_logs(engine: Engine, real: Host) -> None:
    script = "for i in $(seq 30); do echo out $i; echo err $i >&2; done; printf 'bad \\377 end'"
    run(engine, "log", script)
    engine.docker("wait", "log")
    lines = await real.logs.tail("log", tail=62)
    assert len(lines) == 61
    assert {line.text.raw for line in lines if line.stream == 2} == {
        f"err {n}" for n in range(1, 31)
    }
    assert "bad \ufffd end" in [line.text.raw for line in lines]
    lines = await real.logs.tail("log", tail=5, timestamps=True)
    assert len(lines) == 5
    assert all(line.at for line in lines)
    found = await real.logs.grep("log", "(out|err) 30$", keep=5)
    assert sorted(line.text.raw for line in found.lines) == ["err 30", "out 30"]
    found = await real.logs.grep("log", "^out", keep=1, timestamps=True)
    assert (found.matched, found.lines[0].text.raw) == (30, "out 30")
    assert found.lines[0].at is not None
    assert await real.logs.tail("log", tail=5, since=time.time() + 1000) == ()


async def test_a_tty_and_a_long_line(engine: Engine, real: Host) -> None:
    run(engine, "tty", "echo one; echo two", "-t")
    run(engine, "long", "head -c 1100000 /dev/zero | tr '\\0' x; echo; echo ERROR after")
    engine.docker("wait", "tty", "long")
    lines = await real.logs.tail("tty", tail=5, timestamps=True)
    assert [line.text.raw for line in lines] == ["one", "two"]
    assert all(line.at for line in lines)
    lines = await real.logs.tail("long", tail=100)
    assert set(lines[0].text.raw.removesuffix("…")) == {"x"}
    assert lines[-1].text.raw == "ERROR after"
    found = await real.logs.grep("long", "^ERROR|^x", keep=5)
    assert found.matched == 2


async def test_a_follow(engine: Engine, real: Host) -> None:
    run(engine, "talk", "echo got 1; sleep 1000")
    lines = real.logs.follow("talk", tail=10)
    async with aclosing(lines):
        assert (await anext(lines)).text.raw == "got 1"
        last = asyncio.ensure_future(anext(lines))
        await asyncio.to_thread(
            engine.docker, "exec", "talk", "sh", "-c", "echo got 2 > /proc/1/fd/1"
        )
        assert (await last).text.raw == "got 2"
        await real.containers.kill("talk", "KILL")
        with pytest.raises(StopAsyncIteration):
            await anext(lines)


def build(engine: Engine) -> None:
    """Build with BuildKit, as the docker command line does that has no plugin for it."""
    recipe = b"FROM busybox:latest\nRUN dd if=/dev/zero of=/file bs=1M count=3\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as context:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(recipe)
        context.addfile(entry, io.BytesIO(recipe))
    api = engine.sdk.api
    url, how = f"{api.base_url}/v{api.api_version}/build", {"version": "2", "t": "built:1"}
    answer = api.post(url, data=packed.getvalue(), params=how)
    assert "Successfully tagged" in answer.text
    engine.docker("rmi", "built:1")


def cached(engine: Engine) -> set[str]:
    return {record["Description"].split("build-context")[0] for record in builds(engine)}


def builds(engine: Engine) -> list[dict[str, Any]]:
    return list(engine.sdk.api.df()["BuildCache"] or ())


async def test_the_build_cache_is_emptied_as_docker_does_it(engine: Engine, real: Host) -> None:
    build(engine)
    full = cached(engine)
    said = engine.docker("system", "prune", "-f").splitlines()[-1]
    left = cached(engine)
    assert left < full
    build(engine)
    assert cached(engine) == full
    usage = await real.system.df()
    planned = sum(record.size for record in prune.prunable_builds(usage.builds))
    assert said == f"Total reclaimed space: {planned / 1e6:.4g}MB"
    # It was used less than an hour ago; the Engine cuts to full seconds, so "0 s" may keep some.
    assert await real.system.prune_builds(all=False, unused_for=3600) == 0
    assert cached(engine) == full
    assert await real.system.prune_builds(all=False, unused_for=-9) == planned
    assert cached(engine) == left
    assert prune.prunable_builds((await real.system.df()).builds) == ()


def fill(engine: Engine) -> None:
    """Something of everything, used and unused; the same each time but for ids."""
    for name, label in (("a", "keep=no"), ("b", "keep=yes"), ("c", "x=y")):
        engine.docker("create", "--name", f"stopped-{name}", "-l", label, "busybox:latest", "true")
    run(engine, "up", "sleep 1000", "-v", "named-used:/n", "-v", "/anonymous-used")
    engine.docker("network", "create", "net-free")
    engine.docker("network", "create", "net-used", "--label", "x=y")
    engine.docker("network", "create", "net-labelled", "--label", "x=y")
    engine.docker("network", "connect", "net-used", "up")
    engine.docker("create", "--name", "half", "--network", "net-labelled", "busybox:latest", "true")
    engine.docker("volume", "create", "named-free")
    engine.docker("volume", "create", "named-labelled", "--label", "x=y")
    for tag in ("tagged:1", "used:1", "parent:1"):
        engine.docker("commit", "-m", tag, "stopped-a", tag)
    engine.docker("commit", "-m", "dangling", "stopped-a")
    engine.docker("create", "--name", "user", "used:1", "true")
    engine.docker("create", "--name", "child", "parent:1", "true")
    engine.docker("commit", "-m", "child", "child", "child:1")
    engine.docker("rm", "child")


def names(engine: Engine) -> dict[str, set[str]]:
    def lines(*command: str) -> set[str]:
        return set(engine.docker(*command).splitlines())

    return {
        "containers": lines("ps", "-a", "--format", "{{.Names}}"),
        "images": lines("images", "-a", "--format", "{{.Repository}}:{{.Tag}}"),
        "networks": lines("network", "ls", "--format", "{{.Name}}"),
        "volumes": {v for v in lines("volume", "ls", "-q") if len(v) < 64},
    }


async def ours(host: Host, what: str, filters: prune.Filters) -> None:
    containers = await host.inventory.containers()
    if what == "container":
        for container in prune.prunable_containers(containers, filters):
            await host.containers.remove(container.id)
    elif what.startswith("image"):
        chosen = prune.prunable_images(
            await host.images.list(), containers, all=what.endswith("all"), filters=filters
        )
        for image in chosen:
            for name in [tag.raw for tag in image.tags] or [image.id]:
                await host.images.remove(name)
    elif what == "network":
        for network in prune.prunable_networks(await host.networks.list(), containers, filters):
            await host.networks.remove(network.id)
    else:
        volumes = await host.volumes.list()
        for volume in prune.prunable_volumes(volumes, containers, all=True, filters=filters):
            await host.volumes.remove(volume.name.raw)


@pytest.mark.parametrize(
    ("what", "command", "filters"),
    [
        (
            "container",
            "container prune -f --filter label!=keep=yes",
            prune.Filters(without=("keep=yes",)),
        ),
        ("container", "container prune -f --filter until=1000000000", prune.Filters(until=1e9)),
        ("image", "image prune -f", prune.Filters()),
        ("image-all", "image prune -f -a", prune.Filters()),
        ("network", "network prune -f --filter label!=y", prune.Filters(without=("y",))),
        ("volume", "volume prune -f", prune.Filters()),
    ],
)
async def test_what_we_prune_is_what_docker_prunes(
    engine: Engine, real: Host, what: str, command: str, filters: prune.Filters
) -> None:
    fill(engine)
    full = names(engine)
    arguments = command.split()
    # Engines from API 1.42 on take the named ones only with `all`.
    if what == "volume" and (await real.system.version()).api not in {"1.40", "1.41"}:
        arguments.append("-a")
    engine.docker(*arguments)
    expected = names(engine)
    engine.clear()
    fill(engine)
    assert names(engine) == full
    await ours(real, what, filters)
    assert names(engine) == expected
    if filters.until is None:
        assert expected != full
    assert len(Known(await real.inventory.containers()).exact("up")) == 1
