from __future__ import annotations

from bot.command.plan import Item
from bot.hosts.types import Kind
from bot.message import Untrusted
from bot.pipeline.turn import keys_of


def test_a_container_is_waited_for_by_its_name_too() -> None:
    """Made again, it has another id; a volume of the same name is something else."""
    web = Item(Kind.CONTAINER, "c0ffee", Untrusted("web"))
    volume = Item(Kind.VOLUME, "web", Untrusted("web"))
    assert keys_of([web]) == {"c0ffee", "/web"}
    assert keys_of([volume]) == {"web"}
    assert not keys_of([web]) & keys_of([volume])
