"""What comes in is stored before it is confirmed; strangers and unlinked groups touch no disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from bot.access.policy import Group, Policy, Role, Subject
from bot.command.call import Request
from bot.command.languages import Languages, Shared, Tongue
from bot.message import Person, Untrusted
from bot.telegram.door import Door
from bot.telegram.guesses import Guesses
from bot.telegram.strangers import Strangers
from storage import rules, schedules
from storage.database import Database
from storage.errors import Locked
from storage.inbox import Stored
from storage.rules import Made
from tests.storage.test_schedules import ONE
from tests.stored import updates
from tests.telegram.conftest import Clock, until

BOT, OWNER, STRANGER, LINKED, OTHER = 1, 42, 666, -10, -11
RULE = Made(BOT, "busy", OWNER, "Olga", LINKED, 1.5, {"when": "cpu > 80%"})


Update = dict[str, Any]


class Scene:
    """A door, and where it leads."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock
        self.met: list[int] = []
        self.left: list[int] = []
        self.moved: list[tuple[int, int]] = []
        self.handed: list[Stored] = []
        self.gap = False
        self.locked = False
        owner = Subject(Person(Untrusted("O"), OWNER), Role("owner", ("*",)))
        self.policy = Policy((owner,), (Group(LINKED),))
        shared = {LINKED: Shared("ru", "Asia/Omsk")}
        self.languages = Languages(db, Tongue("en", "UTC"), shared)
        self.door = Door(
            cast("Database", self),
            BOT,
            self.policy,
            self.languages,
            cast("Guesses", self),
            cast("Strangers", self),
            clock,
            lambda: self.gap,
            unstored=self._hand,
            leave=self.left.append,
            moved=self._moved,
            sleep=clock.sleep,
        )

    async def write(self, fn: Callable[[Connection], object]) -> object:
        if self.locked:
            raise Locked("held")
        return await self.db.write(fn)

    async def _moved(self, chat: int, to: int) -> None:
        self.moved.append((chat, to))

    async def heard(self, request: Request) -> bool:
        return request.text == "/start _code"

    async def meet(self, request: Request) -> None:
        self.met.append(request.actor.id)

    async def _hand(self, row: Stored) -> None:
        self.handed.append(row)

    async def stored(self) -> list[dict[str, Any]]:
        rows = await self.db.read(lambda c: updates(c, BOT))
        return [json.loads(row.body) for row in rows]


@pytest.fixture
def scene(db: Database, clock: Clock) -> Scene:
    return Scene(db, clock)


def typed(number: int = 1, person: int = OWNER, chat: int | None = None, **more: object) -> Update:
    where = {"id": chat or person, "type": "private" if chat is None else "supergroup"}
    who = {"id": person, "is_bot": False, "first_name": "X"}
    message = {"message_id": 5, "date": 1, "chat": where, "from": who, "text": "/ps"}
    return {"update_id": number, "message": message | more}


def tapped(person: int) -> Update:
    message = {"message_id": 5, "date": 1, "chat": {"id": person, "type": "private"}}
    who = {"id": person, "is_bot": False, "first_name": "X"}
    query = {"id": "1", "data": "x", "from": who, "message": message}
    return {"update_id": 1, "callback_query": query}


def joined(chat: int) -> Update:
    said = {"chat": {"id": chat, "type": "group"}, "new_chat_member": {"status": "member"}}
    return {"update_id": 1, "my_chat_member": said}


async def test_what_was_put_is_on_the_disk(scene: Scene) -> None:
    await scene.door.put(typed(1))
    scene.gap = True
    await scene.door.put(typed(2))
    assert [row["gap"] for row in await scene.stored()] == [False, True]
    assert scene.door.stored.is_set()


async def test_what_comes_twice_is_stored_once(scene: Scene) -> None:
    for _ in range(3):
        await scene.door.put(typed(1))
    assert len(await scene.stored()) == 1


@pytest.mark.parametrize("update", [typed(person=STRANGER), typed(person=STRANGER, chat=LINKED)])
async def test_a_stranger_is_met_and_not_stored(scene: Scene, update: Update) -> None:
    await scene.door.put(update)
    assert scene.met == [STRANGER]
    assert await scene.stored() == []


@pytest.mark.parametrize("person", [OWNER, STRANGER])
async def test_a_guess_at_the_claim_goes_no_further(scene: Scene, person: int) -> None:
    await scene.door.put(typed(person=person, text="/start _code"))
    assert (scene.met, await scene.stored()) == ([], [])


async def test_a_strangers_tap_is_nothing(scene: Scene) -> None:
    await scene.door.put(tapped(STRANGER))
    assert (scene.met, await scene.stored()) == ([], [])


@pytest.mark.parametrize(
    "update", [joined(OTHER), typed(chat=OTHER), typed(person=STRANGER, chat=OTHER)]
)
async def test_a_group_that_nobody_linked_is_left_once_an_hour(
    scene: Scene, update: Update
) -> None:
    for _ in range(5):
        await scene.door.put(update)
    assert scene.left == [OTHER]
    scene.clock.advance(3600)
    await scene.door.put(update)
    assert scene.left == [OTHER, OTHER]
    assert (scene.met, await scene.stored()) == ([], [])


async def test_how_many_groups_are_remembered_is_bounded(scene: Scene) -> None:
    for chat in range(1000):
        await scene.door.put(joined(-1000 - chat))
    assert len(scene.door._left) == 256


async def test_a_group_that_moves_stays_linked(scene: Scene) -> None:
    await scene.door.put(typed(1, chat=LINKED, migrate_to_chat_id=-100_5))
    await scene.door.put(typed(2, chat=-100_5))
    assert len(await scene.stored()) == 1
    assert scene.left == []


async def test_a_group_that_moves_keeps_its_language(scene: Scene) -> None:
    await scene.door.put(typed(1, chat=LINKED, migrate_to_chat_id=-100_5))
    assert scene.languages.tongue(OWNER, "en", -100_5) == Tongue("ru", "Asia/Omsk")


async def test_a_group_that_moves_keeps_its_schedules(scene: Scene) -> None:
    group = replace(ONE, bot=BOT, chat=LINKED, private=False)
    await scene.db.write(lambda c: schedules.add(c, group, each=9, most=9))
    await scene.door.put(typed(1, chat=OTHER, migrate_to_chat_id=-100_6))
    await scene.door.put(typed(1, chat=LINKED, migrate_to_chat_id=-100_5))
    (found,) = await scene.db.read(lambda c: schedules.every(c, BOT))
    assert found.chat == -100_5


async def test_a_group_that_moves_keeps_its_rules_and_whoever_tells_it_hears(scene: Scene) -> None:
    await scene.db.write(lambda c: rules.put(c, RULE))
    await scene.door.put(typed(1, chat=OTHER, migrate_to_chat_id=-100_6))
    await scene.door.put(typed(1, chat=LINKED, migrate_to_chat_id=-100_5))
    found = await scene.db.read(lambda c: rules.every(c, BOT))
    assert found["busy"].chat == -100_5
    assert scene.moved == [(LINKED, -100_5)]


async def test_a_group_that_moves_while_nothing_can_be_stored_stays_linked(scene: Scene) -> None:
    scene.locked = True
    await scene.door.put(typed(1, chat=LINKED, migrate_to_chat_id=-100_5))
    assert scene.policy.linked(-100_5)


async def test_a_group_that_nobody_linked_stays_so_when_it_moves(scene: Scene) -> None:
    await scene.door.put(typed(1, chat=OTHER, migrate_to_chat_id=-100_5))
    await scene.door.put(typed(2, chat=-100_5))
    assert await scene.stored() == []
    assert scene.left == [-100_5]


async def test_what_cannot_be_understood_is_dropped_and_the_next_comes_in(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.door.put(typed(1, text="/ps secret", odd=object()))
    await scene.door.put({})
    await scene.door.put(typed(2))
    assert len(await scene.stored()) == 1
    assert "update 1 can't be understood (TypeError), and is dropped" in caplog.text
    assert "secret" not in caplog.text


async def test_a_short_lock_is_waited_for(scene: Scene) -> None:
    scene.locked = True
    putting = asyncio.ensure_future(scene.door.put(typed()))
    await until(lambda: scene.door.failing)
    scene.locked = False
    scene.clock.advance(1)
    await putting
    assert len(await scene.stored()) == 1
    assert scene.handed == []
    assert not scene.door.failing


async def test_after_a_long_one_it_is_handed_on_as_it_is(scene: Scene) -> None:
    scene.locked = True
    putting = asyncio.ensure_future(scene.door.put(typed()))
    await until(putting.done, scene.clock)
    assert [row.update_id for row in scene.handed] == [1]
    assert json.loads(scene.handed[0].body)["update"] == typed()
    await scene.door.put(typed(2))  # and the next at once
    assert [row.update_id for row in scene.handed] == [1, 2]
    scene.locked = False
    await scene.door.put(typed(3))
    assert not scene.door.failing
    assert len(await scene.stored()) == 1
