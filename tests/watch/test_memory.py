"""What is known of containers: by lists that may be late, and labels that somebody has written."""

from __future__ import annotations

import pytest

from bot.hosts.types import Container
from bot.message import Untrusted
from bot.watch.memory import Memory
from bot.watch.subject import Subject
from tests.watch.world import HOST, event

PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
NOW = 1_780_974_000.0


def listed(name: str, state: str, code: int | None = None) -> Container:
    some = Untrusted("busybox")
    return Container(
        f"id-{name}", Untrusted(name), some, "", state, some, None, code, None, NOW, (), (), {}
    )


def states(memory: Memory) -> dict[str, tuple[bool, bool]]:
    """Which run, and which are gone."""
    return {one.name: (one.running, one.gone is not None) for one in memory}


def test_of_what_was_heard_meanwhile_a_list_says_nothing() -> None:
    memory = Memory(HOST, ())
    memory.compare((listed("web", "running"), listed("db", "running")), NOW)
    memory.hear(event(NOW + 60, 1, "new", "start"), NOW + 60)
    memory.hear(event(NOW + 60, 2, "web", "start"), NOW + 60)
    late = (listed("web", "exited", 1), listed("db", "exited", 1))
    memory.compare(late, NOW + 61, frozenset({"id-web", "id-new"}))
    assert states(memory) == {"web": (True, False), "db": (False, False), "new": (True, False)}
    memory.compare(late, NOW + 62)
    assert states(memory) == {"web": (False, False), "db": (False, False), "new": (False, True)}


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
