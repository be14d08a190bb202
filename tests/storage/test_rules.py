"""Rules that were made in a chat: kept whole, changed, bounded; a forged one is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from storage import rules
from storage.database import Database
from storage.rules import Added, Made

MADE = Made(9, "busy", 42, "Olga", -5, 1.5, {"when": "cpu > 80%", "for": "5m"})


async def test_what_is_stored_is_there_again(db: Database) -> None:
    assert await db.write(lambda c: rules.add(c, MADE, each=2, most=2)) is Added.STORED
    assert await db.read(lambda c: rules.every(c, 9)) == {"busy": MADE}
    assert await db.read(lambda c: rules.every(c, 8)) == {}
    off = replace(MADE, enabled=False)
    await db.write(lambda c: rules.put(c, off))
    assert await db.read(lambda c: rules.every(c, 9)) == {"busy": off}
    assert await db.write(lambda c: rules.remove(c, 9, "busy"))
    assert not await db.write(lambda c: rules.remove(c, 9, "busy"))


async def test_there_are_only_so_many_and_no_name_twice(db: Database) -> None:
    await db.write(lambda c: rules.add(c, MADE, each=2, most=3))
    assert await db.write(lambda c: rules.add(c, MADE, each=2, most=3)) is Added.TAKEN
    for n, expected in ((1, Added.STORED), (2, Added.FULL)):
        one = replace(MADE, name=f"busy-{n}")
        assert await db.write(partial(rules.add, new=one, each=2, most=3)) is expected


async def test_a_forged_one_is_none(db: Database) -> None:
    await db.write(lambda c: rules.put(c, MADE))
    await db.write(lambda c: c.execute(rules.alert_rule.update().values(author=1)))
    assert await db.read(lambda c: rules.every(c, 9)) == {}


async def test_what_tells_a_chat_goes_with_it_to_its_new_id(db: Database) -> None:
    other = replace(MADE, name="other", chat=-6)
    for made in (MADE, other):
        await db.write(partial(rules.put, made=made))
    await db.write(lambda c: rules.move(c, 9, -5, -100))
    found = await db.read(lambda c: rules.every(c, 9))
    assert found == {"busy": replace(MADE, chat=-100), "other": other}
