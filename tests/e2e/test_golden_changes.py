"""What is said of single changes, to the letter, on an Engine and at an hour that are made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, ask, played, shows
from tests.hosts.scripted import CID, Gate, Script, answer, in_turn, row

STARTED, ENDED = "2026-06-09T01:40:00Z", "2026-06-09T03:00:04Z"
DB = "f" * 64


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        rows = [row(), row(Id=DB, Names=["/db"])]
        world.engine.scripts["GET /containers/json"] = answer(rows)
        yield world


@pytest.fixture
def phone(world: Played, goldens: Goldens) -> Phone:
    return world.telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


def inspected(**state: object) -> object:
    return {"State": {"Running": True, "StartedAt": STARTED} | state}


async def test_wait(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts, gate = world.engine.scripts, Gate(answer({"StatusCode": 137}))
    running = answer(inspected())
    ended = inspected(Running=False, FinishedAt=ENDED, ExitCode=137, OOMKilled=True)
    scripts[f"GET /containers/{CID}/json"] = in_turn(running, running, answer(ended))
    scripts[f"POST /containers/{CID}/wait"] = gate
    waits = await ask(phone, "/wait web")
    goldens.check("wait", waits)
    gate.open.set()
    while (told := await phone.wait()).id == waits.id:
        left = told
    goldens.check("wait-ended", told)
    goldens.check("wait-left", left)


async def test_wait_for_several(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts, gate = world.engine.scripts, Gate(answer({"StatusCode": 0}))
    ended = inspected(Running=False, FinishedAt=ENDED, ExitCode=1)
    scripts[f"GET /containers/{CID}/json"] = answer(ended)
    scripts[f"GET /containers/{DB}/json"] = answer(inspected())
    scripts[f"POST /containers/{DB}/wait"] = gate
    goldens.check("wait-several", await ask(phone, "/wait web db"))


IMAGES = (("app:1", "a" * 64, 98_000_000), ("busybox:latest", "b" * 64, 4_600_000))


def images() -> list[dict[str, object]]:
    return [
        {"Id": f"sha256:{digits}", "RepoTags": [tag], "Size": size, "Created": 1_700_000_000}
        for tag, digits, size in IMAGES
    ]


async def test_names_of_images(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts = world.engine.scripts
    made = row(Image="app:1", ImageID=f"sha256:{'a' * 64}")
    scripts["GET /containers/json"] = answer([made])
    scripts["GET /images/json"] = answer(images())
    scripts[f"GET /containers/{CID}/json"] = answer({"Id": CID, "Config": {"Image": "app:1"}})
    scripts[f"POST /images/sha256:{'b' * 64}/tag"] = answer(b"", 201)
    goldens.check("tag", await ask(phone, "/tag busybox app:2"))
    goldens.check("tag-moves", await ask(phone, "/tag busybox app:1"))
    goldens.check("rmi", await ask(phone, "/rmi busybox"))
    goldens.check("rmi-used", await ask(phone, "/rmi app:1"))


async def test_commit(world: Played, goldens: Goldens, phone: Phone) -> None:
    scripts = world.engine.scripts
    scripts["GET /images/json"] = answer(images())
    scripts["POST /commit"] = answer({"Id": f"sha256:{'b' * 64}"}, 201)
    goldens.check("commit", await shows(await ask(phone, "/commit web app:2"), "4"))


async def test_update(world: Played, goldens: Goldens, phone: Phone) -> None:
    def limited(memory: int, nano: int = 0) -> Script:
        policy = {"Name": "always"}
        host = {"Memory": memory << 20, "NanoCpus": nano, "RestartPolicy": policy}
        return answer({"HostConfig": host})

    scripts = world.engine.scripts
    scripts[f"GET /containers/{CID}/stats"] = answer(
        {
            "id": CID,
            "name": "/web",
            "read": "2026-06-09T03:00:00Z",
            "cpu_stats": {},
            "precpu_stats": {},
            "memory_stats": {"usage": 300 << 20, "limit": 512 << 20, "stats": {}},
        }
    )
    scripts[f"GET /containers/{CID}/json"] = limited(512)
    goldens.check("update-less", await ask(phone, "/update -m 256m web"))
    scripts[f"GET /containers/{CID}/json"] = in_turn(limited(0), limited(512, 5 * 10**8))
    scripts[f"POST /containers/{CID}/update"] = answer({"Warnings": []})
    goldens.check("update", await ask(phone, "/update --cpus 0.5 --restart always web"))
    scripts[f"GET /containers/{CID}/json"] = in_turn(limited(0), limited(512, 5 * 10**8))
    scripts[f"GET /containers/{DB}/json"] = in_turn(limited(64), limited(512))
    scripts[f"POST /containers/{DB}/update"] = answer({"Warnings": ["No swap limit."]})
    goldens.check("update-both", await ask(phone, "/update --cpus 0.5 web db"))
