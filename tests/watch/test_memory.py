"""What is kept of containers whose labels somebody hostile has written."""

from __future__ import annotations

import pytest

from bot.watch.memory import Memory
from bot.watch.subject import Subject
from tests.watch.world import HOST, event

PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"


@pytest.mark.parametrize(
    ("project", "service"),
    [
        ("media", "x" * 1_000_000),
        ("media", "web\n<a href='//evil.example'>all is well</a>"),
        ("media/web", "db"),  # which is what `db` of `media` in a folder would be
        ("media", "\u202ebd"),
        ("", "db"),
    ],
)
def test_a_service_is_called_as_compose_can_call_one(project: str, service: str) -> None:
    memory = Memory(HOST, {"tier"})
    labels = {PROJECT: project, SERVICE: service, "tier": "x" * 1_000_000, "other": "y"}
    memory.hear(event(1.0, 1, "odd", "start", **labels), 1.0)
    (one,) = memory
    assert one.subject == Subject(HOST, "odd")
    assert one.labels == {"tier": "x" * 256}
