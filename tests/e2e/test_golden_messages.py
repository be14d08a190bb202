"""The messages that set the tone, to the letter, on an Engine and at an hour that are made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, VIEWER, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, ask, played
from tests.hosts.scripted import CID, answer, frame, row, streamed

STACKS = (("media", 7), ("photos", 4), ("home", 12), ("infra", 7))
IMAGES = (("jellyfin/jellyfin:10.10", 1_100_000_000), ("redis:7", 41_000_000), ("", 98_000_000))


def digits(name: str) -> str:
    return name.encode().hex().ljust(64, "0")[:64]


def fleet() -> list[dict[str, object]]:
    """Thirty containers in four stacks, two of which need somebody."""
    rows = []
    for stack, count in STACKS:
        for n in range(count):
            name = f"{stack}-{n + 1}"
            labels = {"com.docker.compose.project": stack}
            rows.append(row(Id=digits(name), Names=[f"/{name}"], Labels=labels, Status="Up 9 days"))
    rows[0] |= {"Names": ["/jellyfin"], "State": "exited", "Status": "Exited (1) 4 minutes ago"}
    rows[7] |= {"Names": ["/immich-db"], "Status": "Up 12 minutes (unhealthy)"}
    return rows


def prunable() -> list[dict[str, object]]:
    return [
        row(
            Id=digits(f"job-{n}"),
            Names=[f"/job-{n}"],
            State="exited",
            Status="Exited (0) 3 days ago",
            SizeRw=33_000_000 * n,
        )
        for n in range(1, 4)
    ]


def images() -> list[dict[str, object]]:
    return [
        {
            "Id": f"sha256:{digits(name or 'untagged')}",
            "RepoTags": [name] if name else ["<none>:<none>"],
            "Size": size,
            "Created": 1_700_000_000,
            "Labels": None,
            "Containers": -1,
        }
        for name, size in IMAGES
    ]


def stats(name: str, cpu: int, memory: int) -> dict[str, object]:
    usage = {"cpu_usage": {"total_usage": cpu}, "system_cpu_usage": 200, "online_cpus": 4}
    before = {"cpu_usage": {"total_usage": 0}, "system_cpu_usage": 100, "online_cpus": 4}
    return {
        "id": digits(name),
        "name": f"/{name}",
        "cpu_stats": usage,
        "precpu_stats": before,
        "memory_stats": {"usage": memory, "limit": 512_000_000, "stats": {}},
        "networks": {"eth0": {"rx_bytes": 3_400_000, "tx_bytes": 128_000}},
        "pids_stats": {"current": 7},
    }


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
        world.engine.scripts["GET /containers/json"] = answer(fleet())
        yield world


async def test_ps(world: Played, goldens: Goldens, owner: int) -> None:
    goldens.check("ps", await ask(world.telegram.private(owner), "/ps"))


async def test_logs(world: Played, goldens: Goldens, owner: int) -> None:
    lines = (f"03:{n:02}:00 request {n} took 12 ms\n".encode() for n in range(40))
    body = (*map(frame, lines), frame(b"FATAL: could not fork worker\n", 2))
    path = f"GET /containers/{digits('photos-1')}"
    world.engine.scripts[f"{path}/json"] = answer({"Id": CID, "Config": {"Tty": False}})
    world.engine.scripts[f"{path}/logs"] = streamed(*body)
    goldens.check("logs", await ask(world.telegram.private(owner), "/logs immich-db"))


async def test_stats(world: Played, goldens: Goldens, owner: int) -> None:
    for n, name in enumerate(("media-2", "media-3", "home-1")):
        path = f"GET /containers/{digits(name)}/stats"
        world.engine.scripts[path] = answer(stats(name, 12 * n, 40_000_000 + n * 17_300_000))
    phone = world.telegram.private(owner)
    goldens.check("stats", await ask(phone, "/stats media-2 media-3 home-1"))
    goldens.check("stats-one", await ask(phone, "/stats home-1"))


async def test_prune_and_df(world: Played, goldens: Goldens, owner: int) -> None:
    scripts = world.engine.scripts
    scripts["GET /containers/json"] = answer([*fleet()[1:], *prunable()])
    scripts["GET /images/json"] = answer(images())
    scripts["GET /networks"] = answer([])
    usage = {"Images": images(), "LayersSize": 1_200_000_000, "Containers": prunable()}
    scripts["GET /system/df"] = answer(usage | {"Volumes": [], "BuildCache": []})
    phone = world.telegram.private(owner)
    goldens.check("prune", await ask(phone, "/prune"))
    goldens.check("df", await ask(phone, "/df"))


async def test_help_denial_and_picker(world: Played, goldens: Goldens, owner: int) -> None:
    phone, viewer = world.telegram.private(owner), world.telegram.private(VIEWER)
    await ask(viewer, f"/language {goldens.language}")
    goldens.check("help", await ask(viewer, "/help"))
    goldens.check("help-logs", await ask(phone, "/help logs"))
    goldens.check("greeting", await ask(phone, "/start"))
    goldens.check("denial", await ask(viewer, "/restart immich-db"))
    goldens.check("picker", await ask(phone, "/restart"))
    goldens.check("offer", await ask(phone, "/restart imich-db"))
    goldens.check("question", await ask(phone, "/rm jellyfin"))
    goldens.check("audit", await ask(phone, "/audit"))


async def test_late(
    telegram: Sandbox, tmp_path: Path, clock: Clock, goldens: Goldens, owner: int
) -> None:
    async with played(telegram, tmp_path, clock, starts=False) as world:
        phone = telegram.private(owner)
        world.engine.scripts["GET /containers/json"] = answer(fleet())
        for line in ("/restart immich-db", "/restart immich-db", "/ps"):
            await phone.send(line)
        world.clock.advance(840)
        async with world.pierhead.running():
            goldens.check("late", await phone.wait())
