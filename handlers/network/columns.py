"""The fields of a network for `--format`, by the names that `docker network ls` has for them."""

from __future__ import annotations

from bot.hosts.types import Network
from bot.reply import docker
from bot.reply.syntax import read
from handlers.formatted import Columns

TABLE = read("table {{.ID}}\\t{{.Name}}\\t{{.Driver}}\\t{{.Scope}}")


def _truth(value: bool) -> str:  # noqa: FBT001 - as Go prints it
    return "true" if value else "false"


COLUMNS: Columns[Network] = {
    "ID": lambda n, look: docker.short(n.id, whole=look.whole),
    "Name": lambda n, _: n.name.raw,
    "Driver": lambda n, _: n.driver.raw,
    "Scope": lambda n, _: n.scope.raw,
    "IPv4": lambda n, _: _truth(n.ipv4),
    "IPv6": lambda n, _: _truth(n.ipv6),
    "Internal": lambda n, _: _truth(n.internal),
    "Labels": lambda n, _: dict(n.labels),
    "CreatedAt": lambda n, look: docker.stamp(n.created, look.zone),
}
