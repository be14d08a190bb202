"""What the host uses is told where it is ours to see, and never of another machine."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.hosts import Host
from bot.hosts.machine import Gauge
from bot.hosts.types import Machine
from tests.hosts.conftest import Clock
from tests.hosts.scripted import Scripted, answer, row

GIB = 1024**3
INFO = {"KernelVersion": os.uname().release, "MemTotal": 16 * GIB, "DockerRootDir": "/"}


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    used(tmp_path, 0, 0)
    memory = f"MemTotal: {16 * GIB // 1024} kB\nMemFree: 1 kB\nMemAvailable: {GIB // 256} kB\n"
    (tmp_path / "meminfo").write_text(memory)
    return tmp_path


def used(proc: Path, busy: int, idle: int) -> None:
    """Ticks: a tenth of what is idle waits for a disk; guests are counted twice."""
    waits = idle // 10
    line = f"cpu  {busy} 0 0 {idle - waits} {waits} 0 0 0 {busy} 0\ncpu0 1 2 3\n"
    (proc / "stat").write_text(line)


def gauge(host: Host, proc: Path, disk: str = "", own: str = "") -> Gauge:
    return Gauge(host._link, host.system, disk, own, proc)


async def test_cpu_is_the_share_of_all_cores_since_the_last_time(
    fake: Scripted, host: Host, proc: Path
) -> None:
    fake.scripts["GET /info"] = answer(INFO)
    one = gauge(host, proc)
    first = await one.read()
    assert first is not None
    assert (first.cpu, first.memory, first.total) == (None, 12 * GIB, 16 * GIB)
    assert first.disk is not None
    assert 0 < first.disk <= 100
    used(proc, 300, 700)
    second = await one.read()
    assert second is not None
    assert second.cpu == pytest.approx(30.0)
    assert fake.asked == ["GET /info"], "it is asked for once"
    one.close()


@pytest.mark.parametrize("other", [{"KernelVersion": "6.1.0-other"}, {"MemTotal": 4 * GIB}])
async def test_of_another_machine_nothing_is_known(
    fake: Scripted, host: Host, proc: Path, other: dict[str, object]
) -> None:
    fake.scripts["GET /info"] = answer(INFO | other)
    assert await gauge(host, proc).read() is None


@pytest.mark.parametrize(
    ("disk", "own", "known"),
    [("", "", True), ("", "f" * 64, False), ("/", "f" * 64, True), ("/no/such", "", False)],
)
async def test_in_a_container_the_disk_is_known_by_what_is_mounted(
    fake: Scripted, host: Host, proc: Path, disk: str, own: str, *, known: bool
) -> None:
    fake.scripts["GET /info"] = answer(INFO)
    found = await gauge(host, proc, disk, own).read()
    assert found is not None
    assert (found.disk is not None) is known


async def test_a_disk_that_hangs_holds_nothing_up(
    fake: Scripted, host: Host, proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.hosts.machine._PATIENCE", 0.05)
    (proc / "stat").unlink()
    os.mkfifo(proc / "stat")  # reading it waits for who writes
    fake.scripts["GET /info"] = answer(INFO)
    one = gauge(host, proc)
    for _ in range(8):
        assert await asyncio.wait_for(one.read(), 5) is None
    one.close()


async def test_what_can_not_be_read_is_unknown(fake: Scripted, host: Host, proc: Path) -> None:
    assert await gauge(host, proc).read() is None, "the Engine tells nothing"
    fake.scripts["GET /info"] = answer(INFO)
    (proc / "stat").write_text("nothing")
    assert await gauge(host, proc).read() is None


async def test_it_comes_with_each_sweep(fake: Scripted, clock: Clock) -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fake.scripts["GET /info"] = answer(INFO | {"MemTotal": memory})
    fake.scripts["GET /containers/json"] = answer([row(State="exited")][:0])
    host = Host("nas", fake.url, clock=clock, timeout=60)
    sweep = await host.sampler.sweep(30)
    assert isinstance(sweep.machine, Machine)
    assert sweep.machine.total == memory
    await host.close()
