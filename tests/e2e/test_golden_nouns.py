"""What people read of volumes, networks and the Engine as a whole, to the letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import MORNING, Morning, Played, ask, played
from tests.e2e.test_golden_messages import digits, images
from tests.hosts.scripted import CID, answer, row, streamed
from tests.hosts.test_events import line

STACK = {"com.docker.compose.project": "shop"}
DAYS_AGO = "2026-06-05T21:40:00Z"


def containers() -> list[dict[str, object]]:
    def one(
        name: str, *volumes: str, networks: tuple[str, ...] = (), **more: object
    ) -> dict[str, object]:
        mounts = [{"Type": "volume", "Name": v, "Destination": f"/{v}"} for v in volumes]
        joined: dict[str, object] = {name: {"EndpointID": "x"} for name in networks}
        return row(
            Id=digits(name),
            Names=[f"/{name}"],
            Mounts=mounts,
            NetworkSettings={"Networks": joined},
            **more,
        )

    down = {"State": "exited", "Status": "Exited (0) 3 days ago"}
    return [
        one("shop-web", "shop_uploads", networks=("shop_default", "front"), SizeRw=1_200_000),
        one("shop-db", "shop_data", networks=("shop_default",), SizeRw=63_000),
        one("shop-worker", "shop_data", networks=("shop_default",), SizeRw=0),
        one("migrate", networks=("old_default",), SizeRw=410_000_000, **down),
    ]


def volume(name: str, size: int, users: int, **more: object) -> dict[str, object]:
    usage = {"Size": size, "RefCount": users}
    return {
        "Name": name,
        "Driver": "local",
        "CreatedAt": DAYS_AGO,
        "Mountpoint": f"/var/lib/docker/volumes/{name}/_data",
        "Scope": "local",
        "Labels": None,
        "Options": None,
        "UsageData": usage,
    } | more


def volumes() -> list[dict[str, object]]:
    return [
        volume("shop_uploads", 2_300_000_000, 1, Labels=STACK),
        volume("shop_data", 11_400_000_000, 2, Labels=STACK),
        volume("shop_uploads-2023", 4_200_000, 0),
        volume("f" * 64, 0, 0),
    ]


def network(name: str, driver: str = "bridge", **more: object) -> dict[str, object]:
    pools = [{"Subnet": "172.20.0.0/16", "Gateway": "172.20.0.1"}] if driver == "bridge" else []
    return {
        "Name": name,
        "Id": digits(name),
        "Driver": driver,
        "Scope": "local",
        "Created": DAYS_AGO,
        "IPAM": {"Config": pools},
    } | more


def networks() -> list[dict[str, object]]:
    own = [
        network(name, Labels=STACK) for name in ("shop_default", "front", "old_default", "spare")
    ]
    return [*own, network("bridge"), network("host", "host"), network("none", "null")]


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
def owner(goldens: Goldens) -> int:
    return OWNER if goldens.language == "en" else RUSSIAN


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer(containers())
        scripts["GET /volumes"] = answer({"Volumes": volumes()})
        scripts["GET /networks"] = answer(networks())
        scripts["GET /system/df"] = answer(
            {
                "Images": images(),
                "LayersSize": 1_200_000_000,
                "Containers": containers(),
                "Volumes": volumes(),
                "BuildCache": [
                    {"Type": "regular", "Size": 210_000_000, "LastUsedAt": DAYS_AGO},
                    {"Type": "exec.cachemount", "Size": 1_700_000_000, "InUse": True},
                ],
            }
        )
        yield world


async def test_volumes(world: Played, goldens: Goldens, owner: int) -> None:
    phone, scripts = world.telegram.private(owner), world.engine.scripts
    goldens.check("volumes", await ask(phone, "/volumes"))
    options = {"type": "nfs", "device": ":/export/shop", "o": "addr=10.0.0.4,password=hunter2"}
    whole = volume("shop_data", 0, 0, Labels=STACK, Options=options)
    scripts["GET /volumes/shop_data"] = answer(whole)
    goldens.check("volume-inspect", await ask(phone, "/volume inspect shop_data"))
    await phone.wait()  # the file
    goldens.check("volume-rm", await ask(phone, "/volume rm shop_uploads-2023 shop_data"))
    scripts["GET /volumes/new"] = answer({"message": "no such volume"}, 404)
    scripts["POST /volumes/create"] = answer(volume("new", 0, 0), 201)
    goldens.check("volume-create", await ask(phone, "/volume create new"))


async def test_networks(world: Played, goldens: Goldens, owner: int) -> None:
    phone, scripts = world.telegram.private(owner), world.engine.scripts
    goldens.check("networks", await ask(phone, "/networks"))
    rows = enumerate(("shop-web", "shop-db", "shop-worker"), 2)
    inside = {digits(n): {"Name": n, "IPv4Address": f"172.20.0.{i}/16"} for i, n in rows}
    whole = network("shop_default", Labels=STACK, Containers=inside, Internal=True)
    scripts[f"GET /networks/{digits('shop_default')}"] = answer(whole)
    goldens.check("network-inspect", await ask(phone, "/network inspect shop_default"))
    await phone.wait()  # the file
    goldens.check("network-rm", await ask(phone, "/network rm old_default shop_default bridge"))
    scripts[f"POST /networks/{digits('spare')}/connect"] = answer(b"", 200)
    scripts[f"GET /networks/{digits('spare')}"] = answer(network("spare"))
    goldens.check("network-connect", await ask(phone, "/network connect spare shop-db"))
    overlap = answer({"message": "Pool overlaps with other one"}, 403)
    scripts["POST /networks/create"] = overlap
    taken = await ask(phone, "/network create --subnet 172.20.8.0/24 new")
    goldens.check("network-create", taken)


async def test_the_engine(world: Played, goldens: Goldens, owner: int) -> None:
    phone, scripts = world.telegram.private(owner), world.engine.scripts
    goldens.check("df-verbose", await ask(phone, "/df -v"))

    def happened(ago: int, action: str, kind: str, name: str, **more: str) -> bytes:
        at = int(MORNING) - ago
        actor = {"ID": CID, "Attributes": {"name": name, **more}}
        return line(0, action, Type=kind, Actor=actor, time=at, timeNano=at * 10**9)

    scripts["GET /info"] = answer({})
    scripts["GET /events"] = streamed(
        happened(900, "kill", "container", "shop-web", signal="15"),
        happened(899, "die", "container", "shop-web", exitCode="0"),
        happened(899, "disconnect", "network", "shop_default"),
        happened(898, "start", "container", "shop-web"),
        *(happened(600 - n, "exec_start: wget", "container", "shop-db") for n in range(9)),
        happened(400, "health_status: healthy", "container", "shop-web"),
        happened(60, "pull", "image", "redis:7"),
    )
    goldens.check("events", await ask(phone, "/events --since 1h --until 0s"))
    goldens.check("events-whole", await ask(phone, "/events --since 1h --until 0s --no-trunc"))
    file = await phone.wait()
    assert file.document is not None
    content = file.document[1].decode()
    assert content == goldens.file("events-whole-file", content)
    scripts["GET /info"] = answer(
        {
            "Name": "nas",
            "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
            "KernelVersion": "6.1.0-21-amd64",
            "NCPU": 4,
            "MemTotal": 16_000_000_000,
            "ServerVersion": "20.10.24",
            "Images": 14,
            "ContainersRunning": 3,
            "ContainersStopped": 1,
            "Driver": "overlay2",
            "CgroupVersion": "2",
            "CgroupDriver": "systemd",
            "LoggingDriver": "json-file",
            "DefaultRuntime": "runc",
            "DockerRootDir": "/var/lib/docker",
            "LiveRestoreEnabled": True,
            "Swarm": {"LocalNodeState": "inactive"},
            "SecurityOptions": ["name=apparmor", "name=seccomp,profile=default"],
            "Plugins": {"Volume": ["local"], "Network": ["bridge", "host"], "Log": ["json-file"]},
            "Warnings": ["WARNING: No swap limit support"],
        }
    )
    goldens.check("info", await ask(phone, "/info"))
