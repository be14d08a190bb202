"""Volumes and networks are made, looked at and connected, on a scripted Engine that may lie."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from bot.errors import Conflict, DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.wanted import Attachment, NewNetwork, NewVolume, Pool
from tests.command.samples import told
from tests.hosts.scripted import CID, Script, Scripted, answer, cut, in_turn

VOLUME, NETWORK = "POST /volumes/create", "POST /networks/create"
CONNECT, DISCONNECT = "POST /networks/net/connect", "POST /networks/net/disconnect"
MAYBE = "It may have been done"


def refusal(status: int, why: str) -> Script:
    return answer({"message": why}, status)


def there(name: str, subnet: str = "10.77.0.0/16") -> dict[str, object]:
    return {"Name": name, "Id": CID, "IPAM": {"Config": [{"Subnet": subnet}]}}


def joined(**networks: object) -> Script:
    return answer(
        {"Id": CID, "State": {"Running": True}, "NetworkSettings": {"Networks": networks}}
    )


async def failure(work: Awaitable[object]) -> str:
    with pytest.raises((DockerFault, Conflict)) as error:
        await work
    return told(error.value)


async def test_a_volume(fake: Scripted, host: Host) -> None:
    row = {"Name": "data", "Driver": "local", "Options": None, "Mountpoint": "/var/x"}
    fake.scripts[VOLUME] = answer(row, 201)
    assert (await host.volumes.create(NewVolume("data"))).name.raw == "data"
    fake.scripts["GET /volumes/data"] = answer(row | {"Options": {"type": "nfs"}, "Scope": "local"})
    found = await host.volumes.inspect("data")
    assert (found.volume.path.raw, dict(found.options)) == ("/var/x", {"type": "nfs"})
    assert b'"type": "nfs"' in found.whole
    wrong: tuple[object, ...] = (
        [],
        "x",
        {"Name": 7},
        row | {"Options": {"a": 1}},
        row | {"x": "y" * 5_000_000},
    )
    for bad in wrong:
        fake.scripts["GET /volumes/data"] = answer(bad)
        assert "unexpected answer" in await failure(host.volumes.inspect("data"))
    with pytest.raises(NotFound):
        await host.volumes.inspect("../containers/web")


@pytest.mark.parametrize("kind", ["Volume", "Network"])
async def test_a_driver_that_is_not_there(fake: Scripted, host: Host, kind: str) -> None:
    async def made() -> str:
        if kind == "Volume":
            return await failure(host.volumes.create(NewVolume("data", "nope")))
        return await failure(host.networks.create(NewNetwork("net", "nope")))

    fake.scripts[VOLUME] = fake.scripts[NETWORK] = refusal(404, 'plugin "nope" not found')
    fake.scripts["GET /info"] = answer({"Plugins": {kind: ["local", "other"]}})
    assert await made() == "nas has no driver nope. It has local and other. Nothing was changed."
    as_it_was = 'Not found on nas: plugin "nope" not found Nothing was changed.'
    fake.scripts["GET /info"] = answer({"Plugins": {kind: ["nope"]}})
    assert await made() == as_it_was
    for broken in (answer({"Plugins": 7}), answer({"Plugins": {kind: [7]}}), cut):
        fake.scripts["GET /info"] = broken
        assert await made() == as_it_was


async def test_a_network(fake: Scripted, host: Host) -> None:
    fake.scripts[NETWORK] = answer({"Id": "x", "Warning": "odd"}, 201)
    made = await host.networks.create(NewNetwork("net", pools=(Pool("10.77.0.0/16"),)))
    assert (made[0], made[1].raw) == ("x", "odd")
    fake.scripts[NETWORK] = refusal(409, "network with name net already exists")
    said = await failure(host.networks.create(NewNetwork("net")))
    assert said == "nas has a network net already. Nothing was changed."
    containers = {CID: {"Name": "web", "IPv4Address": "10.77.0.2/16", "IPv6Address": ""}}
    raw = there("net") | {"Containers": containers, "Internal": True, "Options": {"a": "b"}}
    fake.scripts["GET /networks/net"] = answer(raw)
    found = await host.networks.inspect("net")
    (endpoint,) = found.endpoints
    assert (endpoint.id, endpoint.name.raw, endpoint.addresses[0].raw) == (
        CID,
        "web",
        "10.77.0.2/16",
    )
    assert ([s.raw for s in found.network.subnets], found.network.internal) == (
        ["10.77.0.0/16"],
        True,
    )
    for bad in ({"IPAM": 7}, {"IPAM": {"Config": [7]}}, {"Containers": {"x": 7}}, {"Internal": 7}):
        fake.scripts["GET /networks/net"] = answer(raw | bad)
        assert "unexpected answer" in await failure(host.networks.inspect("net"))


async def test_what_was_not_made_is_known_where_the_engine_says_500(
    fake: Scripted, host: Host
) -> None:
    new = NewNetwork("net", pools=(Pool("10.77.8.0/24"),))
    fake.scripts[NETWORK] = refusal(403, "Pool overlaps with other one on this address space")
    fake.scripts["GET /networks"] = answer([there("odd", "no subnet"), there("front")])
    said = await failure(host.networks.create(new))
    assert said == "10.77.8.0/24 overlaps 10.77.0.0/16 of front. Nothing was changed."
    fake.scripts[NETWORK] = refusal(500, "no way")
    fake.scripts["GET /networks"] = answer([there("front", "fd00::/64")])
    said = await failure(host.networks.create(new))
    assert said == "Docker on nas failed: no way Nothing was changed."
    for unsure in (answer([there("net", "fd00::/64")]), answer(7), cut):
        fake.scripts["GET /networks"] = unsure
        assert MAYBE in await failure(host.networks.create(new))
    fake.scripts[NETWORK] = cut
    fake.scripts["GET /networks"] = answer([])
    assert MAYBE in await failure(host.networks.create(new))


async def test_half_a_connection_is_undone(fake: Scripted, host: Host) -> None:
    refused, done = refusal(403, "Address already in use"), answer(b"", 200)
    fake.scripts["GET /networks/net"] = answer(there("net"))
    fake.scripts[f"GET /containers/{CID}/json"] = joined(net={"EndpointID": ""}, bridge={})
    fake.scripts[CONNECT] = in_turn(refused, done)
    fake.scripts[DISCONNECT] = done
    how = Attachment(ipv4="10.77.0.9")
    said = await failure(host.networks.connect("net", CID, how))
    assert said == "Docker on nas refuses: Address already in use Nothing was changed."
    assert fake.asked[-2:] == [CONNECT, DISCONNECT]
    fake.scripts[CONNECT] = refused
    said = await failure(host.networks.connect("net", CID, how))
    assert said.endswith(
        "Docker kept half of it: until they are disconnected, it can't start again."
    )


async def test_no_connection_but_half_a_one_is_touched(fake: Scripted, host: Host) -> None:
    fake.scripts[CONNECT] = refusal(500, "Invalid address")
    fake.scripts["GET /networks/net"] = answer(there("net"))
    container = f"GET /containers/{CID}/json"
    fake.scripts[container] = joined(bridge={"EndpointID": "x"})
    said = await failure(host.networks.connect("net", CID, Attachment()))
    assert said == "Docker on nas failed: Invalid address Nothing was changed."
    for unsure in (joined(net={"EndpointID": "x"}), joined(net=7), cut, answer([])):
        fake.scripts[container] = unsure
        assert MAYBE in await failure(host.networks.connect("net", CID, Attachment()))
    fake.scripts[CONNECT] = cut
    fake.scripts[container] = joined(net={"EndpointID": ""})
    assert MAYBE in await failure(host.networks.connect("net", CID, Attachment()))
    assert DISCONNECT not in fake.asked
    for bad in ("../x", "a b", ""):
        with pytest.raises(NotFound):
            await host.networks.connect("net", bad, Attachment())
        with pytest.raises(NotFound):
            await host.networks.disconnect(bad, CID)
