"""The code of the console makes its sender an owner; three guesses are answered, in private."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.access.claim import Claim
from bot.command.call import Actor, Chat, Request
from bot.i18n import ENGLISH
from bot.message import Untrusted, msg
from bot.reply import Reply, Text, say
from bot.reply.words import Words
from bot.telegram.guesses import Guesses
from storage.errors import StorageError

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)


class Scene:
    """Who was let in by their guess, and what is answered."""

    def __init__(self, folder: Path) -> None:
        self.claim = Claim(folder / "claim", lambda: 1e6)
        self.answers: list[tuple[int, str]] = []
        self.owners: list[int] = []
        self.broken = False
        self.guesses = Guesses(self.claim, self.enrol, self.answer)

    async def enrol(self, request: Request) -> Reply:
        if self.broken:
            raise StorageError("full")
        self.owners.append(request.actor.id)
        return say(msg("You own this bot now."))

    async def answer(self, request: Request, reply: Reply) -> None:
        said = " ".join(WORDS.plain(b.message) for b in reply.blocks if isinstance(b, Text))
        self.answers.append((request.chat.id, said))

    async def heard(self, text: str, person: int = 5, group: int | None = None) -> bool:
        chat = Chat(person, private=True) if group is None else Chat(group, private=False)
        return await self.guesses.heard(Request(1, Actor(person, Untrusted("S")), chat, text, 1e6))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.parametrize("form", ["/start {}", "/Start {}.", "  /START   {} \n"])
async def test_the_code_makes_its_sender_the_owner(form: str, scene: Scene) -> None:
    code = scene.claim.begin("secret")
    assert await scene.heard(form.format(code))
    assert (scene.owners, scene.answers) == ([5], [(5, "You own this bot now.")])
    assert not await scene.heard(f"/start {code}", person=6)
    assert scene.owners == [5]


async def test_a_wrong_code_is_told_three_times(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    code = scene.claim.begin("secret")
    assert [await scene.heard("/start _wrong") for _ in range(5)] == [True] * 3 + [False] * 2
    wrong = "That code is not right. The console of the bot shows it. Three guesses in all."
    assert scene.answers == [(5, wrong)] * 3
    assert caplog.text.count("a wrong guess at the claim code, by 5") == 3
    assert not await scene.heard(f"/start {code}")
    assert scene.owners == []


@pytest.mark.parametrize(
    "form", ["{}", "/start", "/start {} x", "/start x{}", "/start@bot {}", "/restart {}", "", " "]
)
async def test_what_is_no_guess_costs_none(form: str, scene: Scene) -> None:
    code = scene.claim.begin("secret")
    for person in range(5):
        assert not await scene.heard(form.format(code), person=person)
    assert (scene.answers, scene.owners) == ([], [])
    assert scene.claim.guess(code) is True


async def test_in_a_group_it_is_none(scene: Scene) -> None:
    code = scene.claim.begin("secret")
    assert not await scene.heard(f"/start {code}", group=-1)
    assert (scene.answers, scene.owners) == ([], [])
    assert scene.claim.guess(code) is True


async def test_without_a_claim_a_code_is_a_message_as_any(scene: Scene) -> None:
    assert not await scene.heard("/start _code")
    assert scene.answers == []


async def test_an_owner_who_cannot_be_recorded_is_none_and_is_told(scene: Scene) -> None:
    scene.broken = True
    assert await scene.heard(f"/start {scene.claim.begin('secret')}")
    told = "The code was right, but I can't write it down now."
    way_on = "pierhead claim at the console shows a new one."
    assert scene.answers == [(5, f"{told} {way_on}")]
