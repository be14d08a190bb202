"""Images, volumes, networks and the Engine itself, on a scripted Engine."""

import asyncio
import json

import pytest

from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.message import Untrusted
from tests.hosts.conftest import Clock
from tests.hosts.scripted import CID, Gate, Scripted, answer, row

DF = "GET /system/df"


async def test_images(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /images/json"] = answer([{"Id": f"sha256:{CID}", "RepoTags": ["a:1"]}])
    assert [i.tags for i in await host.images.list()] == [(Untrusted("a:1"),)]
    fake.scripts["DELETE /images/registry:5000/a/b:1"] = answer([{"Untagged": "a:1"}])
    await host.images.remove("registry:5000/a/b:1")
    for bad in ("../x", "a//b", "a/../b", "/a"):
        with pytest.raises(NotFound):
            await host.images.remove(bad)
    fake.scripts["GET /images/a:1/json"] = answer({"Id": f"sha256:{CID}"})
    assert await host.images.id_of("a:1") == f"sha256:{CID}"


async def test_volumes(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /volumes"] = answer({"Volumes": [{"Name": "data", "Driver": "local"}]})
    assert [v.name.raw for v in await host.volumes.list()] == ["data"]
    fake.scripts["GET /volumes"] = answer({"Volumes": None})
    assert await host.volumes.list() == ()
    fake.scripts["DELETE /volumes/data"] = answer(b"", 204)
    await host.volumes.remove("data")
    assert str(fake.seen[-1]) == "DELETE /volumes/data"


async def test_networks(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /networks"] = answer([{"Name": "bridge", "Id": CID}, {"Name": "own"}])
    assert [n.builtin for n in await host.networks.list()] == [True, False]
    fake.scripts["DELETE /networks/own"] = answer(b"", 204)
    await host.networks.remove("own")
    assert str(fake.seen[-1]) == "DELETE /networks/own"


async def test_the_engine(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /info"] = answer({"Name": "vm", "NCPU": 2, "Warnings": ["no swap"]})
    info = await host.system.info()
    assert (info.name.raw, info.cpus, info.warnings) == ("vm", 2, (Untrusted("no swap"),))
    fake.scripts["GET /version"] = answer({"ApiVersion": "1.50", "Version": "29"})
    version = await host.system.version()
    assert (version.api, version.api_max.raw, version.version.raw) == ("1.41", "1.50", "29")
    fake.scripts["POST /build/prune"] = answer({"SpaceReclaimed": 7})
    assert await host.system.prune_builds(all=True, unused_for=90) == 7
    assert fake.seen[-1].query["all"] == "True"
    assert json.loads(fake.seen[-1].query["filters"]) == {"until": ["90.000s"]}


async def test_disk_usage(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /system/df"] = answer(
        {
            "LayersSize": 100,
            "Images": [{"Id": CID}],
            "Containers": [row(SizeRw=5)],
            "Volumes": [{"Name": "data", "UsageData": {"Size": 7, "RefCount": 1}}],
            "BuildCache": [
                {"Size": 1, "InUse": True, "Shared": False},
                {"Size": 2, "InUse": False, "Shared": False},
                {"Size": 4, "InUse": False, "Shared": True},
            ],
        }
    )
    usage = await host.system.df()
    assert (usage.layers, usage.build_cache, len(usage.builds)) == (100, 3, 3)
    assert usage.containers[0].size_rw == 5
    assert (usage.volumes[0].size, usage.volumes[0].users) == (7, 1)
    fake.scripts["GET /system/df"] = answer({"BuildCache": [7]})
    with pytest.raises(DockerFault):
        await host.system.df()


async def test_who_asks_for_disk_usage_at_once_shares_the_count(
    fake: Scripted, host: Host, clock: Clock
) -> None:
    gate = Gate(answer({"Volumes": [{"Name": "data"}], "Images": [{"Id": CID}]}))
    fake.scripts[DF] = gate
    fake.scripts["GET /images/json"] = answer([])
    counts = [asyncio.ensure_future(host.system.df()) for _ in range(40)]
    await gate.reached.wait()
    counts[0].cancel()
    clock.now += 20
    for _ in range(2):  # as many threads as there are for reads
        assert await host.images.list() == ()
    gate.open.set()
    found = await asyncio.gather(*counts[1:])
    assert {len(usage.images) for usage in found} == {1}
    assert found[0].age == 20
    assert fake.asked.count(DF) == 1
    await host.system.df()
    assert fake.asked.count(DF) == 2


async def test_a_count_is_recent_for_a_minute_and_until_something_changes(
    fake: Scripted, host: Host, clock: Clock
) -> None:
    fake.scripts[DF] = answer({"Volumes": [{"Name": "data"}], "Images": [{"Id": CID}]})
    fake.scripts["DELETE /volumes/data"] = answer(b"", 204)
    await host.system.df()
    clock.now += 60
    kept = await host.system.df(recent=True)
    assert (len(kept.volumes), kept.images, kept.age) == (1, (), 60)
    assert fake.asked.count(DF) == 1
    clock.now += 1
    assert (await host.system.df(recent=True)).age == 0
    assert fake.asked.count(DF) == 2
    await host.volumes.remove("data")
    await host.system.df(recent=True)
    assert fake.asked.count(DF) == 3
