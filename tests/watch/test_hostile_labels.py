"""What is kept of containers whose labels somebody hostile has written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.message import Untrusted
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


def test_a_label_does_not_take_the_name_of_another() -> None:
    """An Engine lays the labels over what it tells: `oldName` may be one."""
    memory = Memory(HOST, ())
    memory.hear(event(1.0, 1, "db", "start"), 1.0)
    memory.hear(event(1.0, 2, "odd", "start"), 1.0)
    memory.hear(event(2.0, 3, "odder", "rename", oldName="db"), 2.0)
    assert {one.name: one.id for one in memory}["db"] == "id-db"
    memory.hear(
        replace(event(3.0, 4, "odd2", "rename", oldName="/odd"), id=Untrusted("id-odd")), 3.0
    )
    assert {one.name: one.id for one in memory}["odd2"] == "id-odd"
    assert "odd" not in {one.name for one in memory}
