"""The fields of a container for `--format`, by the names that `docker ps` has for them.

Nothing but ids is shortened here: what is cut may be half a secret, which nobody could tell.
"""

from __future__ import annotations

import json

from bot.hosts.types import Container
from bot.reply import docker
from bot.reply.ports import displayed
from bot.reply.syntax import read
from handlers.formatted import Columns, Look

TABLE = read(
    "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}"
    "\\t{{.Names}}"
)
SIZED = read(TABLE.text + "\\t{{.Size}}")


def _image(container: Container, look: Look) -> str:
    """What it was made from, without a digest unless the whole is asked for."""
    image = container.image.raw
    if look.whole or not image:
        return image or "<no image>"
    return docker.short(image) if image.startswith("sha256:") else image.partition("@")[0]


def _command(container: Container, _look: Look) -> str:
    return json.dumps(container.command.raw, ensure_ascii=False)


def _size(container: Container, _look: Look) -> str:
    own = docker.decimal(container.size_rw or 0)
    every = container.size_root or 0
    return f"{own} (virtual {docker.decimal(every)})" if every else own


COLUMNS: Columns[Container] = {
    "ID": lambda c, look: docker.short(c.id, whole=look.whole),
    "Names": lambda c, _: c.name.raw,
    "Image": _image,
    "Command": _command,
    "CreatedAt": lambda c, look: docker.stamp(c.created, look.zone),
    "RunningFor": lambda c, look: docker.ago(look.now - c.created),
    "Platform": lambda _c, _: "",  # only Engines whose API is newer than is spoken tell it
    "Ports": lambda c, _: displayed(c.ports),
    "State": lambda c, _: c.state,
    "Status": lambda c, _: c.status.raw,
    "HealthStatus": lambda c, _: c.health or "",
    "Size": _size,
    "Labels": lambda c, _: dict(c.labels),
    "Mounts": lambda c, _: ",".join(m.raw for m in c.mounts),
    "LocalVolumes": lambda c, _: str(c.local),
    "Networks": lambda c, _: ",".join(n.raw for n in c.networks),
}
