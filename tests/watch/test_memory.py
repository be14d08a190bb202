"""What is known of containers: a list that is older than what was heard changes nothing of that."""

from __future__ import annotations

from bot.hosts.types import Container
from bot.message import Untrusted
from bot.watch.memory import Memory
from tests.watch.world import HOST, event

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
