"""The one way out: in order, at Telegram's pace, late and not lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest

from bot.telegram.outbox import Outbox
from bot.telegram.outgoing import PROGRESS, REPLY, Outgoing
from bot.telegram.pace import Pace
from bot.telegram.sending import Gone, Later, Sender, Shut
from storage import outbox, rules, schedules, slots
from storage.database import Connection, Database
from storage.errors import Locked, Refused
from storage.rules import Made
from tests.storage.test_schedules import ONE
from tests.telegram.conftest import Clock, until

BOT, ME = 1, "me"


class Telegram:
    """Takes messages, or raises what it was told to; edits are marked with what they replace."""

    def __init__(self) -> None:
        self.took: list[tuple[int, str, int | None]] = []
        self.raises: list[Exception] = []
        self.asked = 0
        self.hangs: set[int] = set()

    async def send(self, message: Outgoing, under: int | None) -> int:
        self.asked += 1
        if message.chat in self.hangs:
            await asyncio.Event().wait()
        if self.raises:
            raise self.raises.pop(0)
        self.took.append((message.chat, message.plain, under))
        return under or len(self.took)

    def has(self, texts: list[str]) -> bool:
        return self.texts == texts

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.took]


class Scene:
    """An outbox and what is behind it."""

    def __init__(self, db: Database, clock: Clock, instance: str = ME) -> None:
        self.db, self.clock, self.telegram = db, clock, Telegram()
        sender = cast("Sender", self.telegram)
        self.unseen: list[str] = []
        self.out = Outbox(
            sender, db, Pace(clock), BOT, instance, clock, clock.sleep, unseen=self.unseen.append
        )

    async def store(self, *messages: Outgoing) -> list[Outgoing]:
        rows = [self.out.row(message, self.clock()) for message in messages]
        ids = await self.db.write(lambda c: [outbox.enqueue(c, row) for row in rows])
        return [replace(m, id=n) for m, n in zip(messages, ids, strict=True)]

    async def states(self) -> list[str]:
        def look(connection: Connection) -> list[str]:
            rows = connection.exec_driver_sql("SELECT state FROM outbox ORDER BY id")
            return [row[0] for row in rows]

        return await self.db.read(look)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(self.out.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self.out.close(1.0)


@pytest.fixture
def scene(db: Database, clock: Clock) -> Scene:
    return Scene(db, clock)


def said(text: str, chat: int = 7, slot: str | None = None, priority: int = REPLY) -> Outgoing:
    return Outgoing(chat=chat, html=text, plain=text, slot=slot, priority=priority)


async def test_messages_to_one_chat_go_in_order(scene: Scene) -> None:
    async with scene.running():
        scene.out.put(await scene.store(*(said(str(n)) for n in range(8))))
        await until(lambda: len(scene.telegram.took) == 8, scene.clock)
    assert scene.telegram.texts == [str(n) for n in range(8)]
    assert await scene.states() == ["sent"] * 8


async def test_what_was_not_sent_is_taken_up_by_the_next_start(scene: Scene) -> None:
    await scene.store(said("a"), said("b"))
    following = Scene(scene.db, scene.clock, "the next")
    assert await following.out.load() == 0  # the one before may still be sending
    await scene.db.write(lambda c: outbox.reclaim(c, BOT, "the next"))
    assert await following.out.load() == 2
    async with following.running():
        await until(lambda: following.telegram.texts == ["a", "b"])


@pytest.mark.parametrize("error", [Later("502"), Later("429", 5.0), Locked("held")])
async def test_a_failure_that_may_pass_makes_late_and_keeps_the_order(
    scene: Scene, error: Exception
) -> None:
    scene.telegram.raises = [error] * 2
    async with scene.running():
        scene.out.put(await scene.store(said("a"), said("b")))
        await until(lambda: scene.telegram.asked == 1)
        assert scene.telegram.took == []
        await until(lambda: len(scene.telegram.took) == 2, scene.clock)
    assert scene.telegram.texts == ["a", "b"]


async def test_a_429_holds_up_its_own_chat_alone(scene: Scene) -> None:
    scene.telegram.raises = [Later("429", 1000.0)]
    async with scene.running():
        scene.out.put([said("slow", 1)])
        await until(lambda: scene.telegram.asked == 1)
        scene.out.put([said("quick", 2)])
        await until(lambda: scene.telegram.texts == ["quick"])
        scene.clock.advance(999)
        scene.out.resume()  # Telegram is back; what it refused for a time still is
        await until(lambda: scene.clock.naps[-1] == 1.0)
        assert scene.telegram.texts == ["quick"]
        await until(lambda: len(scene.telegram.took) == 2, scene.clock)


async def test_when_telegram_is_back_what_was_put_off_goes_at_once(scene: Scene) -> None:
    scene.telegram.raises = [Later("NetworkError")]
    async with scene.running():
        scene.out.put([said("a")])
        await until(lambda: scene.clock.naps == [1.0])
        assert (scene.telegram.asked, scene.telegram.took) == (1, [])
        scene.out.resume()
        await until(lambda: scene.telegram.texts == ["a"])


async def test_a_chat_that_hangs_keeps_nobody_else(scene: Scene) -> None:
    scene.telegram.hangs = {1}
    async with scene.running():
        scene.out.put([said("a", 1), said("b", 2)])
        await until(lambda: scene.telegram.texts == ["b"])


@pytest.mark.parametrize("error", [Gone("blocked"), ValueError("a bug")])
async def test_what_can_never_go_is_given_up_and_the_next_goes(
    scene: Scene, error: Exception
) -> None:
    scene.telegram.raises = [error]
    async with scene.running():
        scene.out.put(await scene.store(said("a"), said("b")))
        await until(lambda: scene.telegram.texts == ["b"], scene.clock)
    assert await scene.states() == ["failed", "sent"]


async def test_what_a_shut_chat_does_not_take_is_told_elsewhere_also_by_the_next_start(
    scene: Scene,
) -> None:
    entities = ({"type": "bold", "offset": 0, "length": 1},)
    instead = replace(said("sorry", -1), entities=entities, reply_to=4)
    await scene.store(replace(said("secret"), instead=instead))
    await scene.out.load()
    assert scene.out._queues[7].waiting[0].instead == instead
    scene.telegram.raises = [Shut("blocked")]
    async with scene.running():
        await until(lambda: scene.telegram.took == [(-1, "sorry", None)])
    assert await scene.states() == ["failed", "sent"]


async def test_what_is_no_matter_of_the_chat_is_not_told_elsewhere(scene: Scene) -> None:
    scene.telegram.raises = [Gone("too long")]
    async with scene.running():
        scene.out.put(await scene.store(replace(said("secret"), instead=said("sorry", -1))))
        await until(lambda: scene.telegram.asked == 1)
        scene.out.put([said("next")])
        await until(lambda: scene.telegram.texts == ["next"], scene.clock)
    assert await scene.states() == ["failed"]


async def test_an_operation_that_cannot_be_shown_is_told_of(scene: Scene) -> None:
    scene.telegram.raises = [Shut("blocked")]
    shown = replace(said("following", slot="call:1:private"), operation="1")
    async with scene.running():
        scene.out.put([replace(shown, instead=said("sorry", -1))])
        await until(lambda: scene.telegram.texts == ["sorry"])
    assert scene.unseen == ["1"]
    assert await scene.states() == []


async def test_a_group_that_moved_gets_it_there_as_the_same_row(scene: Scene) -> None:
    scene.telegram.raises = [Gone("moved", moved_to=-100)]
    async with scene.running():
        scene.out.put(
            await scene.store(replace(said("a", -1, slot="message:5"), reply_to=4, thread=3))
        )
        await until(lambda: scene.telegram.took == [(-100, "a", None)])
    assert await scene.states() == ["sent"]


async def test_what_is_edited_by_its_slot_is_sent_anew_once_where_a_group_has_moved(
    scene: Scene,
) -> None:
    async with scene.running():
        for told in (["a"], ["a", "b"]):
            scene.telegram.raises = [Gone("moved", moved_to=-100)]
            scene.out.put(await scene.store(said(told[-1], -1, slot="alert:5")))
            await until(partial(scene.telegram.has, told))
    assert scene.telegram.took == [(-100, "a", None), (-100, "b", 1)]
    assert await scene.states() == ["sent", "sent"]


async def scheduled(scene: Scene, chat: int) -> Callable[[], Awaitable[int]]:
    """What tells in which chat it is that was scheduled in this one."""
    group = replace(ONE, bot=BOT, chat=chat, private=False)
    await scene.db.write(lambda c: schedules.add(c, group, each=9, here=9, most=9))

    async def where() -> int:
        (found,) = await scene.db.read(lambda c: schedules.every(c, BOT))
        return found.chat

    return where


async def test_what_is_scheduled_in_a_group_that_moved_goes_along_once_it_can(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await scheduled(scene, -1)

    async def locked(_: Callable[[Connection], object]) -> None:
        raise Locked("held by somebody else")

    async with scene.running():
        with monkeypatch.context() as held:
            held.setattr(scene.db, "write", locked)
            await scene.out.moved(-1, -100)
        assert await where() == -1
        async with asyncio.timeout(10):
            while await where() != -100:
                scene.clock.advance(1)


async def test_a_rule_that_tells_a_group_that_moved_goes_along(scene: Scene) -> None:
    rule = Made(BOT, "busy", 7, "Olga", -1, 1.5, {"when": "cpu > 80%"})
    await scene.db.write(lambda c: rules.put(c, rule))
    await scene.out.moved(-1, -100)
    found = await scene.db.read(lambda c: rules.every(c, BOT))
    assert found["busy"].chat == -100


async def test_that_a_group_moved_is_heard_again_from_whoever_writes_to_its_old_id(
    scene: Scene,
) -> None:
    where = await scheduled(scene, -1)
    scene.telegram.raises = [Gone("moved", moved_to=-100)]
    async with scene.running():
        scene.out.put(await scene.store(said("a", -1)))
        await until(lambda: scene.telegram.took == [(-100, "a", None)])
    assert await where() == -100


async def test_of_what_is_not_stored_the_last_wins(scene: Scene) -> None:
    scene.telegram.raises = [Later("429", 10.0)]
    async with scene.running():
        scene.out.put([said("0 %", slot="call:1")])
        await until(lambda: scene.telegram.asked == 1)
        for percent in range(1, 100):
            scene.out.put([said(f"{percent} %", slot="call:1")])
        await until(lambda: scene.telegram.took != [], scene.clock)
    assert scene.telegram.texts == ["99 %"]


async def test_answers_pass_progress(scene: Scene) -> None:
    async with scene.running():
        for n in range(30):
            scene.out.put([said(str(n), -5, slot="call:1", priority=PROGRESS)])
            await asyncio.sleep(0)
            scene.clock.advance(1)
        await until(lambda: scene.telegram.took != [])
        assert 0 < len(scene.telegram.took) <= 8
        scene.out.put([said("answer", -5)])
        await until(lambda: "answer" in scene.telegram.texts)


async def test_an_edit_finds_its_message_also_after_a_restart(scene: Scene) -> None:
    first = await scene.store(said("one", slot="call:9"))
    async with scene.running():
        scene.out.put(first)
        await until(lambda: len(scene.telegram.took) == 1)
    again = Scene(scene.db, scene.clock)
    async with again.running():
        again.out.put(await again.store(said("two", slot="call:9")))
        await until(lambda: again.telegram.took == [(7, "two", 1)])


async def test_an_edit_finds_only_the_message_of_its_own_chat(scene: Scene) -> None:
    async with scene.running():
        for chat, text in ((7, "one"), (8, "two"), (7, "three")):
            scene.out.put(await scene.store(said(text, chat, slot="call:9")))
            await until(lambda: text in scene.telegram.texts, scene.clock)  # noqa: B023 - at once
    assert scene.telegram.took == [(7, "one", None), (8, "two", None), (7, "three", 1)]


async def test_an_answer_that_is_not_stored_writes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scene.db, "write", None)
    async with scene.running():
        scene.out.put([said("I don't know you.", slot="update:1")])
        await until(lambda: scene.telegram.took != [])
    assert len(scene.telegram.took) == 1
    assert caplog.text == ""


async def test_a_receipt_that_cannot_be_written_waits_and_holds_up_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = await scene.store(said("a"), said("b"))
    write = scene.db.write

    async def locked(_: Callable[[Connection], object]) -> None:
        raise Locked("held by somebody else")

    async with scene.running():
        monkeypatch.setattr(scene.db, "write", locked)
        scene.out.put(messages)
        await until(lambda: scene.telegram.texts == ["a", "b"])
        assert await scene.states() == ["pending"] * 2
        monkeypatch.setattr(scene.db, "write", write)
        async with asyncio.timeout(10):
            while await scene.states() != ["sent"] * 2:
                scene.clock.advance(1)


async def test_while_a_receipt_is_being_written_its_followers_hold_up_no_chat(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = await scene.store(said("a", 7), *(said(text, 8) for text in "bcd"))
    write, gate, tries = scene.db.write, asyncio.Event(), 0

    async def slow(note: Callable[[Connection], object]) -> None:
        nonlocal tries
        tries += 1
        await gate.wait()
        await write(note)

    async with scene.running():
        monkeypatch.setattr(scene.db, "write", slow)
        scene.out.put(messages[:1])
        await until(lambda: tries == 1)
        scene.out.put(messages[1:])
        await until(lambda: scene.telegram.texts == ["a", "b", "c", "d"], scene.clock)
        assert tries == 1
        gate.set()
        await until(lambda: not scene.out._receipts.waiting)
    assert await scene.states() == ["sent"] * 4


async def test_what_waits_to_be_recorded_is_recorded_at_an_orderly_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = await scene.store(said("a"), said("b"))

    async def locked(_: Callable[[Connection], object]) -> None:
        raise Locked("held by somebody else")

    async with scene.running():
        with monkeypatch.context() as held:
            held.setattr(scene.db, "write", locked)
            scene.out.put(messages)
            await until(lambda: scene.telegram.texts == ["a", "b"])
            await until(lambda: len(scene.out._receipts._waiting) == 2)
    assert await scene.states() == ["sent"] * 2


async def test_a_receipt_that_can_never_be_written_holds_up_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    messages = await scene.store(said("a"), said("b"), said("c"), said("d"))
    sent, raises = outbox.sent, {"b": RuntimeError("a bug"), "c": Refused("a constraint")}
    bad = {m.id: raises[m.plain] for m in messages if m.plain in raises}

    def write(connection: Connection, number: int, *more: Any) -> None:  # noqa: ANN401 - as it is
        if number in bad:
            raise bad[number]
        sent(connection, number, *more)

    monkeypatch.setattr(outbox, "sent", write)
    async with scene.running():
        scene.out.put(messages)
        await until(lambda: scene.telegram.texts == ["a", "b", "c", "d"], scene.clock)
    assert await scene.states() == ["sent", "pending", "pending", "sent"]
    assert not scene.out._receipts.waiting
    assert caplog.text.count("is dropped") == 2


async def test_of_receipts_that_had_to_wait_the_last_word_stays_the_last(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts, write = scene.out._receipts, scene.db.write
    tries = 0

    async def locked(note: Callable[[Connection], object]) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:  # the first note, alone and then with the second, which goes through
            raise Locked("held by somebody else")
        await write(note)

    one, two = await scene.store(said("a", slot="call:1"), said("b", slot="call:1"))
    monkeypatch.setattr(scene.db, "write", locked)
    await receipts.accepted(one, 55)
    await receipts.accepted(two, 56)
    assert tries == 1
    await receipts.write()
    assert receipts.waiting
    await receipts.write()
    found = await scene.db.read(lambda c: slots.find(c, BOT, 7, "call:1"))
    assert not receipts.waiting
    assert found is not None
    assert found.message_id == 56


async def test_what_is_stored_gives_way_to_what_is_stored_after_it(scene: Scene) -> None:
    scene.telegram.raises = [Later("502")]
    old, progress, new = (said(text, slot="call:1") for text in ("old", "50 %", "new"))
    async with scene.running():
        scene.out.put(await scene.store(old))
        await until(lambda: scene.telegram.asked == 1)
        scene.out.put([progress])
        scene.out.put(await scene.store(new))
        await until(lambda: scene.telegram.took != [], scene.clock)
    assert scene.telegram.texts == ["new"]
    assert await scene.states() == ["superseded", "sent"]


async def test_notices_that_nobody_takes_are_bounded(scene: Scene) -> None:
    scene.telegram.hangs = {7}
    async with scene.running():
        scene.out.put(said(str(n)) for n in range(6000))
        assert len(scene.out._queues[7].waiting) == 5000


async def test_closing_lets_what_is_ready_go(scene: Scene) -> None:
    scene.out.put(await scene.store(said("last words")))
    await scene.out.close(5.0)
    assert scene.telegram.texts == ["last words"]
    assert await scene.states() == ["sent"]
