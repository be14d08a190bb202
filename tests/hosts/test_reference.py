"""Which names of images mean the same."""

from __future__ import annotations

import pytest

from bot.hosts.reference import full, same_tag


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1", "docker.io/library/nginx:1"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx", "docker.io/library/nginx:latest"),
        ("team/app", "docker.io/team/app:latest"),
        ("ghcr.io/team/app:2", "ghcr.io/team/app:2"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("HOST/app", "HOST/app:latest"),
        ("nginx@sha256:1", "docker.io/library/nginx@sha256:1"),
        ("nginx:1@sha256:1", "docker.io/library/nginx:1@sha256:1"),
    ],
)
def test_a_name_is_completed_as_docker_does(name: str, whole: str) -> None:
    assert full(name) == whole
    assert full(whole) == whole


def test_a_digest_is_no_tag() -> None:
    assert same_tag("nginx", "library/nginx:latest")
    assert not same_tag("nginx@sha256:1", "nginx@sha256:1")
