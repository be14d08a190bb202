"""A sweep, on answers of an Engine 20.10 with cgroup v1, and of the form of a 25 with cgroup v2."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DockerFault
from bot.hosts import Host
from bot.hosts.types import Stats
from bot.message import Untrusted
from tests.e2e.luck import eventually
from tests.hosts.conftest import Clock
from tests.hosts.scripted import CID, VERSION, Request, Scripted, answer, cut, in_turn, row, silence

RECORDED = Path(__file__).parent / "recorded"
LIST, STATS = "GET /containers/json", f"GET /containers/{CID}/stats"
SECOND = 1_000_000_000


def recorded(name: str, *, after: int = 0, used: int = 0) -> dict[str, Any]:
    """An answer, so many nanoseconds of one core after it was recorded, and used since."""
    raw: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    raw["cpu_stats"]["system_cpu_usage"] += after * raw["cpu_stats"]["online_cpus"]
    raw["cpu_stats"]["cpu_usage"]["total_usage"] += used
    return raw


def newer(fake: Scripted) -> None:
    fake.scripts["GET /version"] = answer(VERSION | {"ApiVersion": "1.45"})


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("stats-20.10-v1", (327680, 25276063744, 1586, 516, 0, 0, 1)),
        ("stats-25-v2", (6537216 - 1404928, 67108864, 9979, 1338, 7593984, 100, 3)),
    ],
)
async def test_cpu_is_the_difference_to_the_sweep_before(
    fake: Scripted, host: Host, name: str, figures: tuple[int, ...]
) -> None:
    fake.scripts[LIST] = answer([row()])
    fake.scripts[STATS] = in_turn(
        answer(recorded(name)), answer(recorded(name, after=15 * SECOND, used=3 * SECOND))
    )
    first = await host.sampler.sweep(30)
    assert first.readings[CID] == Stats(CID, Untrusted("web"), None, *figures)
    second = await host.sampler.sweep(30)
    assert second.readings[CID].cpu == pytest.approx(20.0)
    assert fake.seen[-1].query == {"stream": "0", "one-shot": "1"}


async def test_what_began_anew_has_no_cpu_yet(fake: Scripted, host: Host) -> None:
    fake.scripts[LIST] = answer([row()])
    later = recorded("stats-25-v2", after=15 * SECOND, used=SECOND)
    fake.scripts[STATS] = in_turn(
        answer(later), answer(recorded("stats-25-v2")), answer(later), answer(later)
    )
    assert (await host.sampler.sweep(30)).readings[CID].cpu is None
    assert (await host.sampler.sweep(30)).readings[CID].cpu is None  # the counter went down
    host.sampler.forget(CID)
    assert (await host.sampler.sweep(30)).readings[CID].cpu is None


async def test_one_that_fails_keeps_none_from_being_read(fake: Scripted, host: Host) -> None:
    other = "f" * 64
    fake.scripts[LIST] = answer([row(), row(Id=other, Names=["/db"])])
    fake.scripts[f"GET /containers/{other}/stats"] = answer({"id": 5})
    fake.scripts[STATS] = in_turn(
        answer(recorded("stats-25-v2")),
        cut,
        answer(recorded("stats-25-v2", after=30 * SECOND, used=3 * SECOND)),
    )
    assert (await host.sampler.sweep(30)).failed == 1
    assert (await host.sampler.sweep(30)).failed == 2
    third = await host.sampler.sweep(30)
    assert third.readings[CID].cpu == pytest.approx(10.0)


async def test_it_is_good_for_so_long(fake: Scripted, host: Host, clock: Clock) -> None:
    fake.scripts[LIST] = answer([])
    assert host.sampler.newest() is None
    sweep = await host.sampler.sweep(30)
    clock.now += 30
    assert host.sampler.newest() == (sweep, 30)
    clock.now += 1
    assert host.sampler.newest() is None
    fake.scripts[LIST] = answer({"message": "no"}, 500)
    with pytest.raises(DockerFault):
        await host.sampler.sweep(30)


@pytest.mark.parametrize(("new", "at_once"), [(True, 32), (False, 100)])
async def test_old_engines_are_asked_for_all_at_once(
    fake: Scripted, host: Host, *, new: bool, at_once: int
) -> None:
    ids = [f"{number:064x}" for number in range(100)]
    fake.scripts[LIST] = answer([row(Id=one) for one in ids])
    asked, go, most = 0, asyncio.Event(), 0

    async def held(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal asked, most
        asked += 1
        most = max(most, asked)
        await go.wait()
        asked -= 1
        await answer(recorded("stats-25-v2") | {"id": CID})(request, writer)

    fake.scripts |= {f"GET /containers/{one}/stats": held for one in ids}
    if new:
        newer(fake)
    sweep = asyncio.ensure_future(host.sampler.sweep(30))
    await eventually(lambda: most >= at_once)
    await asyncio.sleep(0.05)
    go.set()
    await sweep
    assert most == at_once


async def test_podman_counts_only_what_is_busy_so_the_time_that_passed_counts(
    fake: Scripted, host: Host
) -> None:
    engine = {"Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}]}
    fake.scripts["GET /version"] = answer(VERSION | engine)
    fake.scripts[LIST] = answer([row()])
    first, second = recorded("stats-25-v2"), recorded("stats-25-v2", used=3 * SECOND)
    first["read"], second["read"] = "2026-11-01T10:00:00.5Z", "2026-11-01T10:00:15.5Z"
    second["cpu_stats"]["system_cpu_usage"] += 4 * SECOND
    fake.scripts[STATS] = in_turn(answer(first), answer(second))
    await host.sampler.sweep(30)
    assert (await host.sampler.sweep(30)).readings[CID].cpu == pytest.approx(20.0)


async def test_a_sweep_takes_no_longer_than_one_answer_may(fake: Scripted, clock: Clock) -> None:
    """One that hangs on every container is not waited for 32 by 32."""
    newer(fake)
    ids = [f"{number:064x}" for number in range(100)]
    fake.scripts[LIST] = answer([row(Id=one) for one in ids])
    fake.scripts |= {f"GET /containers/{one}/stats": silence for one in ids}
    host = Host("nas", fake.url, clock=clock, timeout=0.5)
    begun = asyncio.get_running_loop().time()
    sweep = await host.sampler.sweep(30)
    assert asyncio.get_running_loop().time() - begun < 1.5
    assert sweep.failed == 100
    await host.close()
