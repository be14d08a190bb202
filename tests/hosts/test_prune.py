"""What would be pruned, by rules; test_engine compares the same with a real prune."""

from datetime import UTC, datetime

import pytest

from bot.hosts import listing
from bot.hosts.prune import (
    NO_FILTERS,
    Filters,
    prunable_builds,
    prunable_containers,
    prunable_images,
    prunable_networks,
    prunable_volumes,
)
from tests.hosts.scripted import row


def test_containers_that_do_not_run() -> None:
    states = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    rows = [listing.container(row(State=state)) for state in states]
    gone = prunable_containers(rows)
    assert [c.state for c in gone] == ["created", "removing", "exited", "dead"]


@pytest.mark.parametrize(
    ("filters", "goes"),
    [
        (Filters(), True),
        (Filters(until=1700000001), True),
        (Filters(until=1700000000.9), False),
        (Filters(until=1699999999), False),
        (Filters(labels=("keep",)), True),
        (Filters(labels=("keep=yes",)), True),
        (Filters(labels=("keep=no",)), False),
        (Filters(labels=("keep", "other")), False),
        (Filters(without=("keep",)), False),
        (Filters(without=("keep=no",)), True),
        (Filters(without=("keep", "other")), True),
        (Filters(labels=("keep",), without=("keep=yes",)), False),
    ],
)
def test_filters(filters: Filters, *, goes: bool) -> None:
    one = listing.container(row(State="exited", Labels={"keep": "yes"}, Created=1700000000))
    assert bool(prunable_containers([one], filters)) == goes


def test_images() -> None:
    def image(number: int, *tags: str) -> dict[str, object]:
        return {"Id": f"sha256:{number:064x}", "RepoTags": list(tags)}

    images = listing.images([image(1, "a:1"), image(2), image(3), image(4, "b:1")])
    user = [listing.container(row(ImageID=f"sha256:{n:064x}", State="exited")) for n in (3, 4)]
    assert [i.id[-1] for i in prunable_images(images, user)] == ["2"]
    assert [i.id[-1] for i in prunable_images(images, user, all=True)] == ["1", "2"]
    assert [i.id[-1] for i in prunable_images(images, [])] == ["2", "3"]


def test_networks() -> None:
    names = ("bridge", "host", "none", "ingress", "used", "stopped", "free")
    networks = [listing.network({"Name": name, "Id": name}) for name in names]
    users = [
        listing.container(row(NetworkSettings={"Networks": {"used": {}}})),
        listing.container(row(State="exited", NetworkSettings={"Networks": {"stopped": {}}})),
    ]
    assert [n.name.raw for n in prunable_networks(networks, users)] == ["stopped", "free"]
    attached = listing.network({"Name": "x", "Containers": {"c": {}}})
    assert prunable_networks([attached], []) == ()


def test_volumes() -> None:
    def volume(name: str, **more: object) -> dict[str, object]:
        return {"Name": name, "Driver": "local"} | more

    rows = [
        volume("a" * 64),
        volume("b" * 64),
        volume("named"),
        volume("busy", UsageData={"Size": 1, "RefCount": 1}),
        volume("nfs", Driver="nfs"),
        volume("new", Labels={"com.docker.volume.anonymous": ""}),
    ]
    volumes = [listing.volume(value) for value in rows]
    user = [listing.container(row(State="exited", Mounts=[{"Type": "volume", "Name": "b" * 64}]))]
    assert [v.name.raw for v in prunable_volumes(volumes, user)] == ["a" * 64, "new"]
    everything = prunable_volumes(volumes, user, all=True)
    assert [v.name.raw for v in everything] == ["a" * 64, "named", "new"]
    assert prunable_volumes(volumes, user, filters=Filters(labels=("x",))) == ()


def test_the_build_cache() -> None:
    def record(size: int, **more: object) -> dict[str, object]:
        return {"Size": size, "Type": "regular", "LastUsedAt": "2026-11-26T11:00:00.5Z"} | more

    rows = [
        record(1),
        record(2, InUse=True),
        record(4, Shared=True),
        record(8, Type="frontend"),
        record(16, Type="internal"),
        record(32, LastUsedAt=None),
    ]
    records = [listing.build_record(value) for value in rows]

    def going(filters: Filters = NO_FILTERS, *, every: bool = False) -> int:
        return sum(r.size for r in prunable_builds(records, all=every, filters=filters))

    used = datetime(2026, 11, 26, 11, tzinfo=UTC).timestamp()
    assert going() == 1 + 32
    assert going(every=True) == 1 + 8 + 16 + 32
    assert going(Filters(until=used + 0.9)) == 32
    assert going(Filters(until=used + 1)) == 1 + 32
    assert going(Filters(labels=("tier",))) == 0
    assert going(Filters(without=("tier",))) == 1 + 32
