"""A small fleet for the demo, such as is found on somebody's server on a bad day.

Most is well; one service crashes and is restarted, one fails its health check, one was killed; and
there are left-overs to prune. `billing` prints markup and a colour, which a chat must show as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import docker
from docker.types import Healthcheck

from sandbox.engine.images import import_image

SECOND = 1_000_000_000  # Docker's health checks count nanoseconds
PROJECT = "shop"
NETWORK = f"{PROJECT}_default"
IMAGES = (
    ("shop/web:2.4.1", 3),
    ("shop/web:2.4.0", 3),  # an old version that nothing uses
    ("shop/worker:2.4.1", 2),
    ("billing:1.9.0", 1),
    ("backup:3.0", 0),
    ("search:8.2", 6),
    ("", 7),  # what a rebuild leaves behind
    ("", 5),
)

WEB = """
mkdir -p /www && echo '<h1>shop</h1>' > /www/index.html
echo 'web 2.4.1 listens on port 80'
exec httpd -f -vv -p 80 -h /www 2>&1
"""
WORKER = r"""
order=1000
while true; do
  order=$((order + 1))
  now=$(date -u +%FT%TZ)
  echo '{"at":"'$now'","level":"info","msg":"order packed","order":'$order'}'
  [ $((order % 7)) = 0 ] && echo '{"at":"'$now'","level":"warn","msg":"queue is slow"}' >&2
  sleep 2
done
"""
BILLING = """
echo 'billing 1.9.0 starts'
echo 'reading <b>prices</b> & <taxes>'
sleep 3
printf '\\033[31mFATAL\\033[0m could not connect to db:5432: connection refused\\n' >&2
exit 1
"""
SEARCH = """
echo 'search 8.2 starts, 3 shards'
echo 'WARN shard 2 is red: index is read-only' >&2
while true; do sleep 5; done
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One container of the fleet; `more` are arguments of the SDK's `containers.create`."""

    name: str
    image: str
    script: str
    project: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """What Compose would have written."""
        if not self.project:
            return {}
        compose = "com.docker.compose"
        return {f"{compose}.project": self.project, f"{compose}.service": self.name}


def _check(test: str) -> Healthcheck:
    return Healthcheck(test=["CMD-SHELL", test], interval=5 * SECOND, retries=1)


# `init`: a shell as the first process would ignore SIGTERM, and every stop take ten seconds.
UP = {"restart_policy": {"Name": "unless-stopped"}, "init": True}
FLEET = (
    Service(
        "web",
        "shop/web:2.4.1",
        WEB,
        PROJECT,
        {**UP, "healthcheck": _check("wget -qO /dev/null http://127.0.0.1/"), "mem_limit": "64m"},
    ),
    Service("worker", "shop/worker:2.4.1", WORKER, PROJECT, {**UP, "mem_limit": "128m"}),
    Service("billing", "billing:1.9.0", BILLING, more={**UP, "restart_policy": {"Name": "always"}}),
    Service("search", "search:8.2", SEARCH, more={**UP, "healthcheck": _check("exit 1")}),
    Service("backup", "backup:3.0", "echo 'backing up /data'; exit 137"),
    Service("migrate", "shop/worker:2.4.1", "echo '14 migrations applied'", PROJECT),
)


def fill(url: str) -> None:
    """Put the fleet on the empty Engine at `url`. Blocks for some seconds."""
    client = docker.DockerClient(base_url=url)
    try:
        for name, size in IMAGES:
            import_image(client, name, mebibytes=size)
        for network in (NETWORK, "old-shop_default"):
            client.networks.create(network, labels={"com.docker.compose.project": PROJECT})
        _leftovers(client)
        for service in FLEET:
            _start(client, service)
    finally:
        client.close()


def _start(client: docker.DockerClient, service: Service) -> None:
    client.containers.run(
        service.image,
        ["sh", "-c", service.script.strip()],
        name=service.name,
        hostname=service.name,
        labels=service.labels,
        network=NETWORK if service.project else None,
        detach=True,
        **service.more,
    )


def _leftovers(client: docker.DockerClient) -> None:
    """Two volumes that nothing uses, with something in one of them."""
    client.volumes.create("shop_uploads-2023")
    client.volumes.create("shop_cache")
    client.containers.run(
        "backup:3.0",
        ["dd", "if=/dev/zero", "of=/data/photos.tar", "bs=1M", "count=4"],
        volumes={"shop_uploads-2023": {"bind": "/data", "mode": "rw"}},
        remove=True,
    )
