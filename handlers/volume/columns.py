"""The fields of a volume for `--format`, by the names that `docker volume ls` has for them."""

from __future__ import annotations

from bot.hosts.types import Volume
from bot.reply import docker
from handlers.formatted import Columns, Look

_UNKNOWN = "N/A"


def _links(volume: Volume, _look: Look) -> str:
    return _UNKNOWN if volume.users is None else str(volume.users)


def _size(volume: Volume, _look: Look) -> str:
    return _UNKNOWN if volume.size is None else docker.decimal(volume.size)


COLUMNS: Columns[Volume] = {
    "Name": lambda v, _: v.name.raw,
    "Driver": lambda v, _: v.driver.raw,
    "Scope": lambda v, _: v.scope.raw,
    "Mountpoint": lambda v, _: v.path.raw,
    "Labels": lambda v, _: dict(v.labels),
    "Links": _links,
    "Size": _size,
    "Group": lambda _v, _: _UNKNOWN,  # of a swarm's cluster, which is not spoken of here
    "Availability": lambda _v, _: _UNKNOWN,
    "Status": lambda _v, _: _UNKNOWN,
}
