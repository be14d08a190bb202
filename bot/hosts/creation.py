"""Makes a container: the one request, fitted to what the Engine understands.

An Engine takes no notice of what it does not know. So what is asked of one that is too old for it
is told, and not left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import DockerFault
from bot.hosts import faults
from bot.hosts.answer import identity, mapping, strings
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.version import parts
from bot.message import Untrusted

_MAC_APART = "1.44"  # before, it is the container's; from then on, each network's
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Created:
    """A new container; `warnings` are the Engine's."""

    id: str
    warnings: tuple[Untrusted, ...]


class Creation:
    """Makes containers on one Engine."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def create(self, body: Body, name: str, platform: str | None = None) -> Created:
        """Make one, which does not run yet.

        Raises:
            NotFound: there is no such image.
            Conflict: the name is taken.
            DockerFault: the Engine refuses, fails, or is too old; `unknown` where it may be made.
        """

        def work(client: Client) -> Created:
            fit = _fitted(self._link.name, body, client.api_version)
            made = client.create_container_from_config(fit, name, platform)  # type: ignore[no-untyped-call]  # the stubs leave it out
            return _created(mapping(made))

        return await self._link.run(work, changes=True)


def _created(raw: Mapping[str, object]) -> Created:
    return Created(identity(raw), tuple(map(Untrusted, strings(raw, "Warnings"))))


def _fitted(host: str, body: Body, version: str) -> dict[str, Any]:
    """The body for an Engine of this API version.

    Raises:
        DockerFault: it is too old for something that is asked.
    """
    spoken = parts(version)
    for option, since, asked in _YOUNGER:
        if spoken < parts(since) and asked(body):
            raise _too_old(host, option)
    left_out = {"MacAddress"} if spoken >= parts(_MAC_APART) else set()
    return {key: value for key, value in body.items() if key not in left_out}


def _too_old(host: str, option: str) -> DockerFault:
    return faults.too_old(host, option)


def _host(key: str) -> Callable[[Body], bool]:
    return lambda body: bool(body["HostConfig"].get(key))


def _mounts(owner: str, key: str) -> Callable[[Body], bool]:
    def asked(body: Body) -> bool:
        return any(m.get(owner, {}).get(key) for m in body["HostConfig"].get("Mounts", ()))

    return asked


def _joins_several(body: Body) -> bool:
    return len(body.get("NetworkingConfig", {}).get("EndpointsConfig", ())) > 1


def _slow_start(body: Body) -> bool:
    return bool(body.get("Healthcheck", {}).get("StartInterval"))


def _mounts_images(body: Body) -> bool:
    return any(mount["Type"] == "image" for mount in body["HostConfig"].get("Mounts", ()))


# What Engines took no notice of before: the option, since which API version, whether it is asked.
_YOUNGER: tuple[tuple[str, str, Callable[[Body], bool]], ...] = (
    ("--cgroupns", "1.41", _host("CgroupnsMode")),
    ("--gpus", "1.40", _host("DeviceRequests")),
    ("--annotation", "1.43", _host("Annotations")),
    ("--health-start-interval", "1.44", _slow_start),
    ("--network", "1.44", _joins_several),
    ("bind-recursive=readonly", "1.44", _mounts("BindOptions", "ReadOnlyForceRecursive")),
    ("volume-subpath", "1.45", _mounts("VolumeOptions", "Subpath")),
    ("type=image", "1.48", _mounts_images),
)
