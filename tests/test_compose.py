"""What compose.yaml's proxy lets through: what the commands ask for, and nothing that writes.

The proxy matches the whole path, with `^` and `$` added, against each pattern of the method (Go's
syntax, which these patterns share with Python's).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

COMPOSE = (Path(__file__).parents[1] / "compose.yaml").read_text()


def allowed(method: str, path: str, *, write: bool = False) -> bool:
    mark = "(?:# )?" if write else ""
    patterns = re.findall(rf"^ +{mark}- -allow{method}=(.+)$", COMPOSE, re.MULTILINE)
    return any(re.fullmatch(pattern, path, re.ASCII) for pattern in patterns)


READS = (
    "/_ping",
    "/version",
    "/v1.41/info",
    "/v1.45/events",
    "/v1.41/system/df",
    "/v1.41/containers/json",
    "/v1.41/containers/web/json",
    "/v1.41/containers/shop-web_1.x/logs",
    "/v1.41/containers/web/stats",
    "/v1.41/containers/web/top",
    "/v1.41/containers/web/changes",
    "/v1.41/images/json",
    "/v1.41/images/registry.local:5000/team/app:1.2@sha256:0f/json",
    "/v1.41/images/registry.local:5000/team/app:1.2/history",
    "/v1.41/distribution/registry.local:5000/team/app:1.2/json",
    "/v1.41/volumes",
    "/v1.41/volumes/shop_data",
    "/v1.41/networks",
    "/v1.41/networks/4f1c",
)
REFUSED = (
    "/v1.41/containers/web/archive",
    "/v1.41/containers/web/export",
    "/v1.41/containers/web/attach/ws",
    "/v1.41/containers/a/archive/json",
    "/v1.41/images/get",
    "/v1.41/images/busybox/get",
    "/v1.41/exec/4f1c/json",
    "/v1.41/secrets",
    "/v1.41/configs",
    "/v1.41/swarm",
    "/v1.41/session",
    "/v1.41/info/../containers/web/archive",
    "/v1.41/containers/json\n/archive",
)
CHANGES = (
    ("POST", "/v1.41/containers/web/restart"),
    ("POST", "/v1.41/containers/web/rename"),
    ("POST", "/v1.41/containers/web/wait"),
    ("POST", "/v1.41/networks/4f1c/connect"),
    ("POST", "/v1.41/build/prune"),
    ("DELETE", "/v1.41/containers/4f1c"),
    ("DELETE", "/v1.41/images/sha256:4f1c"),
    ("DELETE", "/v1.41/volumes/shop_data"),
    ("DELETE", "/v1.41/networks/4f1c"),
)
ROOT = (
    ("POST", "/v1.41/containers/create"),
    ("POST", "/v1.41/containers/web/exec"),
    ("POST", "/v1.41/containers/web/update"),
    ("POST", "/v1.41/containers/web/attach"),
    ("POST", "/v1.41/exec/4f1c/start"),
    ("POST", "/v1.41/build"),
    ("POST", "/v1.41/images/create"),
    ("POST", "/v1.41/volumes/create"),
    ("POST", "/v1.41/networks/create"),
    ("POST", "/v1.41/swarm/init"),
    ("PUT", "/v1.41/containers/web/archive"),
)


@pytest.mark.parametrize("path", READS)
def test_reads_pass(path: str) -> None:
    assert allowed("GET", path)


@pytest.mark.parametrize("path", REFUSED)
def test_files_and_secrets_do_not(path: str) -> None:
    assert not allowed("GET", path, write=True)


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_changes_only_where_they_were_let_in(method: str, path: str) -> None:
    assert not allowed(method, path)
    assert allowed(method, path, write=True)


@pytest.mark.parametrize(("method", "path"), ROOT)
def test_root_never(method: str, path: str) -> None:
    assert not allowed(method, path, write=True)


def test_docker_socket_is_mounted_once_and_read_only() -> None:
    mounts = re.findall(r"^ +- (/var/run/docker\.sock:\S+)$", COMPOSE, re.MULTILINE)
    assert mounts == ["/var/run/docker.sock:/var/run/docker.sock:ro"]


@pytest.mark.parametrize(
    "key",
    [
        r"read_only: true",
        r"cap_drop: \[ALL\]",
        r'security_opt: \["no-new-privileges:true"\]',
        r'user: "10001:.*"',
        r"mem_limit: \S+",
        r"pids_limit: \d+",
    ],
)
def test_both_services_have_no_more_rights_than_they_need(key: str) -> None:
    services = re.split(r"^  (?=\w+:$)", COMPOSE.split("\nservices:\n")[1], flags=re.MULTILINE)
    running = [service for service in services if "image:" in service or "build:" in service]
    assert len(running) == 2
    for service in running:
        assert len(re.findall(rf"^    {key}", service, re.MULTILINE)) == 1, service
