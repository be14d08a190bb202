"""What a container is limited to, and changing that while it lives."""

from __future__ import annotations

from collections.abc import Mapping

from bot.hosts.answer import integer, mapping, string, strings
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.message import Untrusted

NUMBERS = (
    "Memory",
    "MemorySwap",
    "MemoryReservation",
    "NanoCpus",
    "CpuShares",
    "CpuPeriod",
    "CpuQuota",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "BlkioWeight",
    "PidsLimit",
)
LISTS = ("CpusetCpus", "CpusetMems")
POLICY = "RestartPolicy"


class Limits:
    """The limits of one Engine's containers, by the Engine's own names for them.

    Every method raises NotFound where there is no such container, and DockerFault where the Engine
    fails or refuses.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def of(self, id: str) -> Mapping[str, int | Untrusted]:  # noqa: A002 - Docker's name for it
        """All of `NUMBERS` (bytes, billionths of a CPU, microseconds), `LISTS` and the `POLICY`.

        0 and "" are for what is not limited, or as is usual.
        """
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _read(client.inspect_container(name)))

    async def change(self, id: str, wanted: Mapping[str, object]) -> tuple[Untrusted, ...]:  # noqa: A002 - the same
        """Change those that are given, all or none; the Engine's warnings."""
        name = one_segment(self._link.name, id)
        return await self._link.run(
            lambda client: _warnings(client.send_json("/containers/{}/update", name, wanted)),
            changes=True,
        )


def _read(value: object) -> Mapping[str, int | Untrusted]:
    host = mapping(mapping(value).get("HostConfig"))
    policy = mapping(host.get(POLICY))
    name, retries = string(policy, "Name"), integer(policy, "MaximumRetryCount")
    return {
        **{key: integer(host, key) for key in NUMBERS},
        **{key: Untrusted(string(host, key)) for key in LISTS},
        POLICY: Untrusted(f"{name}:{retries}" if retries else name),
    }


def _warnings(value: object) -> tuple[Untrusted, ...]:
    return tuple(map(Untrusted, strings(mapping(value), "Warnings")))
