"""Strangers: at most one answer an hour, counted, and let in by the code of the console alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.access.claim import Claim
from bot.command.call import Actor, Chat, Request
from bot.i18n import ENGLISH
from bot.message import Untrusted, msg
from bot.reply import Reply, Text, say
from bot.reply.words import Words
from bot.telegram.strangers import _ANSWERS, _KNOWN, Strangers
from storage.errors import StorageError

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)
HOUR = 3600.0


class Scene:
    """Strangers, with what they are answered and who was let in."""

    def __init__(self, folder: Path) -> None:
        self.now = 1e6
        self.claim = Claim(folder / "claim", lambda: self.now)
        self.answers: list[tuple[int, str]] = []
        self.owners: list[int] = []
        self.broken = False
        self.strangers = Strangers(self.claim, self.enrol, self.answer, lambda: self.now)

    async def enrol(self, request: Request) -> Reply:
        if self.broken:
            raise StorageError("full")
        self.owners.append(request.actor.id)
        return say(msg("You own this bot now."))

    async def answer(self, request: Request, reply: Reply) -> None:
        said = " ".join(WORDS.plain(b.message) for b in reply.blocks if isinstance(b, Text))
        self.answers.append((request.chat.id, said))

    async def meet(self, text: str = "/ps", person: int = 5, group: int | None = None) -> None:
        chat = Chat(person, private=True) if group is None else Chat(group, private=False)
        await self.strangers.meet(Request(1, Actor(person, Untrusted("S")), chat, text, self.now))

    def record(self) -> list[tuple[int, int]]:
        """What is recorded now."""
        counted = self.strangers.counted()
        self.strangers.recorded(counted)
        return counted


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


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
    code = scene.claim.begin("secret")
    for text in ("/ps", f"/start {code}"):
        await scene.meet(text, group=-1)
    assert (scene.answers, scene.owners) == ([], [])
    assert scene.claim.guess(code) is True


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
    assert scene.strangers.counted() == scene.record() == [(6, 1), (5, 2)]
    assert scene.record() == []
    await scene.meet(person=6)
    assert scene.record() == [(6, 1)]


async def test_what_came_while_it_was_recorded_counts_the_next_time(scene: Scene) -> None:
    await scene.meet()
    counted = scene.strangers.counted()
    await scene.meet()
    scene.strangers.recorded(counted)
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
    counted = scene.strangers.counted()
    assert len(counted) == _KNOWN
    scene.strangers.recorded([(0, 1), *counted])
    assert scene.strangers.counted() == []


@pytest.mark.parametrize("form", ["/start {}", "/Start {}.", "  /START   {} \n"])
async def test_the_code_makes_its_sender_the_owner(form: str, scene: Scene) -> None:
    code = scene.claim.begin("secret")
    await scene.meet(form.format(code))
    assert (scene.owners, scene.answers) == ([5], [(5, "You own this bot now.")])
    await scene.meet(f"/start {code}", person=6)
    assert scene.owners == [5]


async def test_also_of_somebody_who_was_answered_in_this_hour(scene: Scene) -> None:
    await scene.meet()
    await scene.meet(f"/start {scene.claim.begin('secret')}")
    assert scene.owners == [5]


async def test_a_wrong_code_is_told_three_times(scene: Scene) -> None:
    code = scene.claim.begin("secret")
    for _ in range(5):
        await scene.meet("/start _wrong")
    wrong = "That code is not right. The console of the bot shows it. Three guesses in all."
    assert scene.answers == [(5, wrong)] * 3
    await scene.meet(f"/start {code}")
    assert scene.owners == []


@pytest.mark.parametrize(
    "form", ["{}", "/start", "/start {} x", "/start x{}", "/start@bot {}", "/restart {}", "", " "]
)
async def test_what_is_no_guess_costs_none(form: str, scene: Scene) -> None:
    code = scene.claim.begin("secret")
    for person in range(5):
        await scene.meet(form.format(code), person=person)
    assert scene.owners == []
    assert scene.claim.guess(code) is True


async def test_without_a_claim_a_code_is_a_message_as_any(scene: Scene) -> None:
    for _ in range(5):
        await scene.meet("/start _code")
    assert [text for _, text in scene.answers] == [
        "I don't know you. Your id is 5. An owner can add it."
    ]


async def test_an_owner_who_cannot_be_recorded_is_none_and_is_told(scene: Scene) -> None:
    scene.broken = True
    await scene.meet(f"/start {scene.claim.begin('secret')}")
    told = "The code was right, but I can't write it down now."
    way_on = "pierhead claim at the console shows a new one."
    assert scene.answers == [(5, f"{told} {way_on}")]
