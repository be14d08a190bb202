"""Strangers: at most one answer an hour, and counted."""

from __future__ import annotations

import pytest

from bot.command.call import Actor, Chat, Request
from bot.i18n import ENGLISH
from bot.message import Untrusted
from bot.reply import Reply, Text
from bot.reply.words import Words
from bot.telegram.strangers import _ANSWERS, Strangers
from bot.telegram.tally import _KNOWN

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)
HOUR = 3600.0


class Scene:
    """Strangers, with what they are answered."""

    def __init__(self) -> None:
        self.now = 1e6
        self.answers: list[tuple[int, str]] = []
        self.strangers = Strangers(self.answer, lambda: self.now)

    async def answer(self, request: Request, reply: Reply) -> None:
        said = " ".join(WORDS.plain(b.message) for b in reply.blocks if isinstance(b, Text))
        self.answers.append((request.chat.id, said))

    async def meet(self, person: int = 5, group: int | None = None) -> None:
        chat = Chat(person, private=True) if group is None else Chat(group, private=False)
        await self.strangers.meet(Request(1, Actor(person, Untrusted("S")), chat, "/ps", self.now))

    def record(self) -> list[tuple[int, int]]:
        """What is recorded now."""
        counted = self.strangers.tally.counted()
        self.strangers.tally.recorded(counted)
        return counted


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_stranger_is_told_his_id_once_an_hour(scene: Scene) -> None:
    for _ in range(20):
        await scene.meet()
    assert scene.answers == [(5, "I don't know you. Your id is 5. An owner can add it.")]
    scene.now += HOUR
    await scene.meet()
    assert len(scene.answers) == 1
    scene.now += 1
    await scene.meet()
    assert len(scene.answers) == 2


async def test_in_a_group_nothing_is_said(scene: Scene) -> None:
    await scene.meet(group=-1)
    assert scene.answers == []


async def test_many_strangers_get_few_answers(scene: Scene) -> None:
    for person in range(100):
        await scene.meet(person=person)
    assert len(scene.answers) == _ANSWERS
    scene.now += HOUR + 1
    await scene.meet(person=500)
    assert len(scene.answers) == _ANSWERS + 1


async def test_they_are_counted_until_that_is_recorded(scene: Scene) -> None:
    for person in (5, 6, 5):
        await scene.meet(person=person)
    assert scene.strangers.tally.counted() == scene.record() == [(6, 1), (5, 2)]
    assert scene.record() == []
    await scene.meet(person=6)
    assert scene.record() == [(6, 1)]


async def test_what_came_while_it_was_recorded_counts_the_next_time(scene: Scene) -> None:
    await scene.meet()
    counted = scene.strangers.tally.counted()
    await scene.meet()
    scene.strangers.tally.recorded(counted)
    assert scene.record() == [(5, 1)]


async def test_what_was_not_recorded_in_its_hour_is_later(scene: Scene) -> None:
    await scene.meet()
    await scene.meet()
    scene.now += HOUR + 1
    await scene.meet()
    assert scene.record() == [(5, 3)]
    scene.now += HOUR + 1
    await scene.meet()
    assert scene.record() == [(5, 1)]


async def test_who_is_remembered_is_bounded(scene: Scene) -> None:
    for person in range(_KNOWN + 50):
        await scene.meet(person=person)
    counted = scene.strangers.tally.counted()
    assert len(counted) == _KNOWN
    scene.strangers.tally.recorded([(0, 1), *counted])
    assert scene.strangers.tally.counted() == []
