import pytest

from bot.errors import DockerFault
from bot.hosts import Host, figures
from bot.hosts.types import Stats
from bot.message import Untrusted
from tests.hosts.scripted import CID, Scripted, answer, cut

OTHER = "f" * 64


def sample(total: int, system: int, **more: object) -> dict[str, object]:
    return {"cpu_usage": {"total_usage": total}, "system_cpu_usage": system} | more


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [
        (sample(100, 1000), sample(200, 2000, online_cpus=4), 40.0),
        (sample(100, 1000), sample(1100, 2000, online_cpus=4), 400.0),
        (sample(100, 1000), sample(100, 2000, online_cpus=4), 0.0),
        ({}, sample(200, 2000), None),
        (sample(100, 1000), sample(50, 2000), None),
        (sample(100, 1000), sample(200, 1000), None),
        (
            sample(100, 1000),
            {"cpu_usage": {"total_usage": 200, "percpu_usage": [1, 2]}, "system_cpu_usage": 2000},
            20.0,
        ),
    ],
)
def test_cpu(before: dict[str, object], now: dict[str, object], percent: float | None) -> None:
    assert figures.cpu(before, now) == percent


@pytest.mark.parametrize(
    ("memory", "used"),
    [
        ({"usage": 100, "stats": {"total_inactive_file": 30, "inactive_file": 1}}, 70),
        ({"usage": 100, "stats": {"inactive_file": 40}}, 60),
        ({"usage": 100, "stats": {"total_inactive_file": 100}}, 100),
        ({"usage": 100}, 100),
        ({}, None),
    ],
)
def test_memory(memory: dict[str, object], used: int | None) -> None:
    assert figures.used(memory) == used


async def test_each_has_a_reading_of_its_own(fake: Scripted, host: Host) -> None:
    fake.scripts[f"GET /containers/{CID}/stats"] = answer(
        {
            "id": CID,
            "name": "/web",
            "precpu_stats": sample(100, 1000),
            "cpu_stats": sample(200, 2000, online_cpus=2),
            "memory_stats": {"usage": 10, "limit": 100},
            "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 3}},
            "blkio_stats": {
                "io_service_bytes_recursive": [
                    {"op": "Read", "value": 5},
                    {"op": "read", "value": 5},
                    {"op": "write", "value": 7},
                    {"op": "total", "value": 17},
                ]
            },
            "pids_stats": {"current": 3},
        }
    )
    fake.scripts[f"GET /containers/{OTHER}/stats"] = cut
    failed, web, gone = await host.stats.once([OTHER, CID, "gone"])
    assert isinstance(failed, DockerFault)
    assert failed.message.one == "The connection to Docker on {host} was cut."
    assert web == Stats(CID, Untrusted("web"), 20.0, 10, 100, 4, 2, 10, 7, 3)
    assert gone is None
    assert fake.seen[-1].query == {"stream": "0"}


async def test_a_container_that_does_not_run_has_none(fake: Scripted, host: Host) -> None:
    fake.scripts[f"GET /containers/{CID}/stats"] = answer(
        {"id": CID, "name": "/web", "read": "0001-01-01T00:00:00Z"}
    )
    assert await host.stats.once([CID]) == (None,)


@pytest.mark.parametrize("said", [{}, [], {"id": CID, "cpu_stats": 5}, b"{", b"x" * 2_000_000])
async def test_a_hostile_reading_is_a_fault(fake: Scripted, host: Host, said: object) -> None:
    fake.scripts[f"GET /containers/{CID}/stats"] = answer(said)
    (fault,) = await host.stats.once([CID])
    assert isinstance(fault, DockerFault)
    assert fault.message.one == "Docker on {host} gave an unexpected answer."


async def test_no_way_to_the_engine() -> None:
    host = Host("nas", "unix:///nowhere/docker.sock")
    with pytest.raises(DockerFault):
        await host.stats.once([CID])
    await host.close()
