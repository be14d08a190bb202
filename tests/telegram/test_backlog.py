"""Messages that came too late: gathered, listed, offered, never run."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.command.call import Chat, Request
from bot.reply import Reply, Text, Verb
from bot.telegram.backlog import Backlog
from tests.command.samples import OWNER, SCOPED, WORDS, bench, request
from tests.telegram.conftest import Clock


class Scene:
    """What is gathered, and what is answered."""

    def __init__(self, clock: Clock, *hosts: str) -> None:
        self.clock = clock
        self.bench = bench(*hosts)
        self.settled: list[tuple[list[Request], Reply]] = []
        self.backlog = Backlog(self.bench.builder, self._settle, clock, clock.sleep)

    async def _settle(self, requests: list[Request], reply: Reply) -> None:
        self.settled.append((requests, reply))

    def typed(self, text: str, person: int = OWNER, chat: int | None = None) -> Request:
        one = replace(request(text, person), sent_at=self.clock.now - 90)
        return one if chat is None else replace(one, chat=Chat(chat, private=False))

    async def gather(self, *requests: Request) -> None:
        adding = [asyncio.ensure_future(self.backlog.add(one)) for one in requests]
        await asyncio.sleep(0)
        self.clock.advance(1)
        await asyncio.gather(*adding)

    def text(self, number: int = 0) -> str:
        blocks = self.settled[number][1].blocks
        return "\n".join(WORDS.plain(b.message) for b in blocks if isinstance(b, Text))

    def labels(self, number: int = 0) -> list[list[str]]:
        rows = self.settled[number][1].buttons
        return [[WORDS.plain(button.label) for button in row] for row in rows]


@pytest.fixture
def scene(clock: Clock) -> Scene:
    return Scene(clock)


async def test_one_answer_lists_all_and_offers_each_once(scene: Scene) -> None:
    await scene.gather(*(scene.typed(t) for t in ("/box_mv a b", "/boxes", "/box_mv a b")))
    assert len(scene.settled) == 1
    assert len(scene.settled[0][0]) == 3
    assert scene.text().count("/box_mv a b") == 2
    assert scene.labels() == [["Run none"], ["Rename a@nas"], ["/boxes @nas"]]
    assert scene.settled[0][1].buttons[0][0].verb is Verb.DISMISS


async def test_only_what_asks_first_promises_to(scene: Scene) -> None:
    await scene.gather(scene.typed("/box_rm a"), scene.typed("/box_start a"))
    assert scene.labels() == [["Run none"], ["Start a@nas"], ["Remove a@nas…"]]


async def test_the_same_on_another_host_is_another_button(scene: Scene) -> None:
    await scene.gather(*(scene.typed(f"/box_mv @{host} a b") for host in ("nas", "db1")))
    assert scene.labels() == [["Run none"], ["Rename a@db1"], ["Rename a@nas"]]
    assert [row[0].host for row in scene.settled[0][1].buttons] == [None, "db1", "nas"]


async def test_what_was_for_all_hosts_is_offered_for_each(scene: Scene) -> None:
    await scene.gather(scene.typed("/boxes @all"))
    assert scene.labels() == [["Run none"], ["/boxes @nas"], ["/boxes @db1"]]


async def test_an_only_host_is_not_named(clock: Clock) -> None:
    scene = Scene(clock, "nas")
    await scene.gather(scene.typed("/boxes"))
    assert scene.labels() == [["Run none"], ["/boxes"]]


async def test_each_person_and_chat_gets_an_answer_of_its_own(scene: Scene) -> None:
    await scene.gather(
        scene.typed("/boxes"), scene.typed("/boxes", SCOPED), scene.typed("/boxes", chat=-5)
    )
    assert len(scene.settled) == 3


async def test_what_cannot_be_understood_is_listed_and_not_offered(scene: Scene) -> None:
    await scene.gather(scene.typed("/nonsense"), scene.typed("/box_rm 'x"))
    assert "/nonsense" in scene.text()
    assert scene.labels() == [["Run none"]]


async def test_of_many_the_last_are_listed_and_three_offered(scene: Scene) -> None:
    await scene.gather(*(scene.typed(f"/box_mv a b{n}") for n in range(25)))
    assert "b24" in scene.text()
    assert "b14" not in scene.text()
    assert "and 15 before these" in scene.text()
    assert len(scene.labels()) == 1 + 3
    assert len(scene.settled[0][0]) == 25


async def test_offering_leaves_no_place_in_the_order_of_arrival(scene: Scene) -> None:
    await scene.gather(scene.typed("/box_mv a b"))
    assert scene.bench.turns._arrived == {}


async def test_it_says_how_late(scene: Scene) -> None:
    await scene.gather(scene.typed("/boxes"))
    assert "This came" in scene.text()
    assert "Not run:" in scene.text()
