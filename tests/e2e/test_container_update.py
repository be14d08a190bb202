"""`/update`: limits of containers that live, as old and new."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, played, tap, verdict
from tests.hosts.scripted import CID, answer, cut, in_turn, row
from tests.private_engine import Engine

MIB = 1 << 20


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def table(seen: Seen) -> list[str]:
    """The lines, with one blank where a table has several."""
    return [" ".join(line.split()) for line in seen.text.splitlines()]


def limit(engine: Engine, field: str, name: str = "web") -> str:
    return engine.docker("inspect", "-f", f"{{{{.HostConfig.{field}}}}}", name)


async def test_each_limit(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():

        async def told(line: str, said: str) -> None:
            assert await verdict(phone, line) == said

        async def updated(line: str, *rows: str) -> None:
            assert table(await ask(phone, line)) == ["Updated web@local.", *rows]

        await updated(
            "/update -m 512m --memory-swap 1g web",
            "memory no limit → 512m",
            "memory-swap no limit → 1g",
        )
        assert limit(engine, "Memory") == str(512 * MIB)
        await updated(
            "/update -m 1000000k --memory-swap -1 web",
            "memory 512m → 1000000k",
            "memory-swap 1g → no limit",
        )
        await updated("/update --cpus 0.5 web", "cpus no limit → 0.5")
        assert limit(engine, "NanoCpus") == "500000000"
        await updated("/container update -c 512 web", "cpu-shares not set → 512")
        await updated("/update --cpuset-cpus 0 web", "cpuset-cpus not set → 0")
        await updated("/update --cpuset-mems=0 web", "cpuset-mems not set → 0")
        await updated("/update --pids-limit 50 web", "pids-limit no limit → 50")
        await updated("/update --pids-limit -1 web", "pids-limit 50 → no limit")
        await updated("/update --restart on-failure:3 web", "restart no → on-failure:3")
        assert limit(engine, "RestartPolicy.MaximumRetryCount") == "3"
        await updated("/update --restart always web", "restart on-failure:3 → always")
        await updated(
            "/update --memory-reservation 64m web",
            "memory-reservation no limit → 64m",
        )
        await updated("/update --cpus 0.5 web", "cpus 0.5, as before")
        await updated("/update -c 0 web", "cpu-shares 512, as before")
        await told("/update web", "What shall be changed?")
        await told("/update --kernel-memory 5m web", "--kernel-memory is not for a chat.")
        await told("/update -m much web", "much is no amount of memory.")
        await told("/update --cpus 1/3 web", "1/3 is no number of CPUs.")
        await told("/update --restart never web", "never is no restart policy.")


async def test_the_time_of_the_scheduler(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("create", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        said = await ask(phone, "/update --cpu-period 100000 --cpu-quota 50000 web")
        assert table(said)[1:] == ["cpu-period not set → 100000", "cpu-quota not set → 50000"]
        both = await ask(phone, "/update --cpus 2 web")
        assert both.text.splitlines() == [
            "Not done: update web@local",
            "It is limited by --cpu-period, --cpu-quota.",
            "Change that instead. Nothing was changed.",
        ]
        engine.docker("create", "--name", "db", "--cpus", "1", "busybox", "sleep", "1000")
        other = await ask(phone, "/update --cpu-quota 50000 db")
        assert other.text.splitlines()[1] == "It is limited by --cpus."
        swap = await ask(phone, "/update --memory 64m db")
        assert swap.text.splitlines()[1:] == [
            "Docker wants the limit of memory and swap together as well.",
            "Give --memory-swap too. Nothing was changed.",
        ]
    assert limit(engine, "Memory", "db") == "0"
    assert limit(engine, "CpuQuota", "db") == "0"


async def test_less_memory_than_it_uses_is_asked_about(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    fill = "dd if=/dev/zero of=/dev/shm/x bs=1M count=40; sleep 1000"
    engine.docker("run", "-d", "--name", "web", "--shm-size", "64m", "busybox", "sh", "-c", fill)
    engine.docker("run", "-d", "--name", "db", "busybox", "sleep", "1000")
    engine.docker("exec", "web", "sh", "-c", "until [ -s /dev/shm/x ]; do :; done; sleep 1")
    async with pierhead.running():
        asked = await ask(phone, "/update -m 20m web db")
        assert asked.text.splitlines()[0] == "Update web@local and db@local?"
        assert "web@local uses 4" in asked.text
        assert ": with 20m it may be killed." in asked.text
        assert "db@local uses" not in asked.text
        assert asked.buttons[0] == ["Not now"]
        assert limit(engine, "Memory") == "0"
        await tap(asked, "Not now")
        assert (await asked.changed()).text == "Not done. Nothing was changed."
        fits = await ask(phone, "/update -m 100m --memory-swap 200m web db")
        assert fits.text.splitlines()[0] == "local: 2 of 2 done"
        assert {limit(engine, "Memory", n) for n in ("web", "db")} == {str(100 * MIB)}
        asked = await ask(phone, "/update -m 20m --memory-swap 30m web")
        await tap(asked, "Update web@local")
        told = (await asked.changed()).text
        assert "memory 100m → 20m" in told or "Docker on local failed" in told


async def test_several_and_what_can_not_be_seen(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    def host(**limits: object) -> dict[str, object]:
        return {"HostConfig": {"RestartPolicy": {"Name": "no"}} | limits}

    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        path = f"/containers/{CID}"
        scripts["GET /containers/json"] = answer([row()])
        scripts[f"GET {path}/json"] = answer(host(Memory=64 * MIB))
        scripts[f"GET {path}/stats"] = answer({"read": "2026-06-09T03:00:00Z"})
        phone = telegram.private(OWNER)
        asked = await ask(phone, "/update -m 32m web")
        assert asked.text.splitlines()[1] == "What web@local uses now, I can't see."
        scripts[f"POST {path}/update"] = answer({"Warnings": ["No swap, <b>no</b> limit."]})
        known = answer(host(Memory=64 * MIB))
        scripts[f"GET {path}/json"] = in_turn(known, known, answer(host(Memory=32 * MIB)))
        await tap(asked, "Update web@local")
        assert table(await asked.changed()) == [
            "Updated web@local.",
            "memory 64m → 32m",
            "Docker says: No swap, <b>no</b> limit.",
        ]
        scripts[f"GET {path}/json"] = in_turn(known, cut)
        blind = await ask(phone, "/update --cpus 2 web")
        assert blind.text.splitlines()[0] == "Updated web@local. What is so now, I can't see."
        odds: tuple[dict[str, object], ...] = (host(Memory="x"), {"HostConfig": []})
        for odd in (*odds, host(RestartPolicy=[])):
            scripts[f"GET {path}/json"] = answer(odd)
            assert "unexpected answer" in (await ask(phone, "/update --cpus 2 web")).text
        scripts[f"GET {path}/json"] = known
        scripts[f"POST {path}/update"] = answer({"message": "RT is not supported"}, 400)
        refused = await ask(phone, "/update --cpu-rt-runtime 5 --cpu-rt-period 10 web")
        assert refused.text.splitlines() == [
            "Not done: update web@local",
            "Docker on local refuses: RT is not supported",
            "Nothing was changed.",
        ]
        first = await verdict(phone, "/update --blkio-weight 5000 web")
        assert first == "5000 does not fit here."
