"""Plans: what was agreed to is compared with what there is now."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.command.plan import Item, Plan, dump, load, of_target
from bot.hosts.types import Kind, Target
from bot.message import Untrusted, msg

ITEM = st.builds(
    Item,
    st.sampled_from(Kind),
    st.text(max_size=8),
    st.builds(Untrusted, st.text(max_size=8)),
    st.text(max_size=8),
    st.integers(0, 2**40),
    st.floats(0, 2**40),
    st.text(max_size=8),
)


def item(name: str, state: str = "exited 0", kind: Kind = Kind.CONTAINER) -> Item:
    return Item(kind, f"id-{name}", Untrusted(name), state)


def plan(*items: Item) -> Plan:
    return Plan(msg("?"), msg("yes"), items)


@given(st.lists(ITEM, max_size=5).map(tuple))
def test_items_come_back_from_a_row(items: tuple[Item, ...]) -> None:
    assert load(dump(items)) == items


def test_what_was_added_does_not_matter() -> None:
    assert plan(item("a"), item("b")).covers((item("a"),))
    assert plan(item("a")).covers(())


def test_what_has_gone_or_changed_does() -> None:
    assert not plan(item("b")).covers((item("a"),))
    assert not plan(item("a", "running")).covers((item("a"),))
    assert not plan(item("a", kind=Kind.VOLUME)).covers((item("a"),))
    assert not plan(replace(item("a"), engine="B")).covers((replace(item("a"), engine="A"),))


def test_a_name_alone_does_not_matter_nor_does_a_size() -> None:
    renamed = Item(Kind.CONTAINER, "id-a", Untrusted("z"), "exited 0", 5, 7.0)
    assert plan(renamed).covers((item("a"),))


def test_a_target_is_an_item_in_the_state_that_it_was_seen_in() -> None:
    target = Target(Kind.IMAGE, "nas", "sha256:1", Untrusted("web:1"), "web:1")
    assert of_target(target) == Item(Kind.IMAGE, "sha256:1", Untrusted("web:1"), "web:1", 0)
