"""Each update is taken, worked on and done with, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio

import pytest

from bot.command.call import Call, Request
from bot.errors import Denied
from bot.message import msg
from bot.pipeline.toomuch import TooMuch
from bot.reply import Reply
from bot.telegram.name import Name
from storage import inbox
from storage.database import Database
from storage.errors import DiskFull, Locked
from storage.inbox import State, Stored
from tests.command.samples import OWNER
from tests.stored import count
from tests.telegram.conftest import Clock, until
from tests.telegram.dispatching import BOT, Scene


@pytest.fixture
def scene(db: Database, clock: Clock) -> Scene:
    return Scene(db, clock)


async def test_a_command_runs_and_its_update_is_done(scene: Scene) -> None:
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await scene.until_done(1)
    assert scene.ran == [("box", "ls")]


@pytest.mark.parametrize(
    ("text", "chat", "told"),
    [
        ("hello", OWNER, "Commands begin with a slash: /help lists them."),
        ("hello", -5, None),
        ("/boxes@other", -5, None),
        ("/nonsense", OWNER, "There is no command /nonsense. /help lists what you may do."),
        ("", OWNER, "Commands begin with a slash: /help lists them."),
    ],
)
async def test_what_is_no_command_is_done_too(
    scene: Scene, text: str, chat: int, told: str | None
) -> None:
    await scene.put(scene.row(text, chat=chat))
    async with scene.running():
        await scene.until_done(1)
    assert scene.ran == []
    assert scene.desk.stored == ([told] if told else [])


async def test_nothing_is_taken_before_the_name_is_known_and_the_order_stays(
    scene: Scene,
) -> None:
    scene.name = scene.dispatcher._name = Name()
    await scene.put(scene.row("/boxes@bot", 1, chat=-5), scene.row("/box_mv@Bot a b", 2))
    async with scene.running():
        await scene.put(scene.row("/boxes", 3))
        assert await scene.db.read(lambda c: count(c, BOT, State.NEW)) == 3
        scene.name.tell("Bot")
        await scene.until_done(3)
    assert scene.ran == [("box", "ls"), ("box", "mv", "a", "b"), ("box", "ls")]


async def test_what_is_late_is_told_and_not_run(scene: Scene) -> None:
    await scene.put(*(scene.row("/boxes", n, age=61) for n in range(5)))
    async with scene.running():
        await scene.until_done(5, moving=True)
    assert scene.ran == []
    assert len(scene.desk.stored) == 1


async def test_more_than_may_run_at_once_wait_and_all_run(scene: Scene) -> None:
    scene.gate.clear()
    await scene.put(*(scene.row("/boxes", n) for n in range(300)))
    async with scene.running():
        await until(lambda: len(scene.ran) == 128)
        scene.stored.set()
        # The database writes in order: had more been taken, it would be before this.
        waiting = await scene.db.write(lambda c: count(c, BOT, State.NEW))
        assert (waiting, len(scene.ran)) == (172, 128)
        scene.gate.set()
        await scene.until_done(300)
    assert len(scene.ran) == 300


async def test_changes_take_their_place_in_the_order_of_the_messages(scene: Scene) -> None:
    scene.gate.clear()
    await scene.put(*(scene.row(f"/box_mv a b{n}", n) for n in range(50)))
    async with scene.running():
        await until(lambda: len(scene.ran) == 50)
        assert len(scene.bench.turns._arrived["nas"]) == 50
        scene.gate.set()
        await scene.until_done(50)
    assert [argv[-1] for argv in scene.ran] == [f"b{n}" for n in range(50)]
    assert scene.bench.turns._arrived == {}


async def test_while_the_inbox_is_locked_it_waits(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.refuses = 3
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await scene.until_done(1, moving=True)
    assert scene.ran == [("box", "ls")]
    assert "Traceback" not in caplog.text


async def test_that_it_is_done_is_insisted_on(scene: Scene) -> None:
    def lock(_: Call) -> None:
        scene.refuses = 5

    scene.does = lock
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await scene.until_done(1, moving=True)
    assert len(scene.ran) == 1


async def test_a_bug_in_one_keeps_nobody_else_and_leaves_no_place(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(call: Call) -> None:
        if call.argv[-1] == "b0":
            raise RuntimeError("a bug")

    scene.does = broken
    await scene.put(*(scene.row(f"/box_mv a b{n}", n) for n in range(3)))
    async with scene.running():
        await scene.until_done(3)
    assert "a bug" in caplog.text
    assert scene.desk.stored == ["That went wrong: a bug of mine. In the bot's log: update 0."]
    assert scene.bench.turns._arrived == {}


async def test_of_all_hosts_the_others_end_before_the_update_does(scene: Scene) -> None:
    gate = asyncio.Event()
    ended: list[str] = []

    async def run(call: Call) -> Reply:
        if call.host_name == "nas":
            raise RuntimeError("a bug")
        await gate.wait()
        ended.append(call.host_name or "")
        raise LookupError("another")

    scene.dispatcher._run = run
    await scene.put(scene.row("/boxes @all"))
    async with scene.running():
        await until(lambda: scene.dispatcher._tasks.room < 128)
        for _ in range(20):
            await asyncio.sleep(0)
        assert await scene.done() == 0
        gate.set()
        await scene.until_done(1)
    assert ended == ["db1"]
    assert scene.desk.stored == ["That went wrong: a bug of mine. In the bot's log: update 1."]


async def test_an_update_that_cannot_be_read_is_done(scene: Scene) -> None:
    row = scene.row("/boxes")
    await scene.put(Stored(1, b"not json", row.received_at, State.NEW, None, 0))
    async with scene.running():
        await scene.until_done(1)


async def test_what_somebody_else_wrote_into_the_inbox_is_dropped(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.put(scene.row("/boxes", 1), scene.row("/boxes", 2))
    forged = scene.row("/box_mv a b", 1).body
    await scene.db.write(
        lambda c: c.execute(
            inbox.inbox.update().where(inbox.inbox.c.update_id == 1), {"body": forged}
        )
    )
    async with scene.running():
        await scene.until_done(2)
    assert scene.ran == [("box", "ls")]
    assert scene.desk.stored == []
    assert "was changed in the database" in caplog.text


async def test_too_much_at_once_is_told_under_the_first(scene: Scene) -> None:
    first: list[Request] = []

    def refuse(call: Call) -> None:
        first.append(call.request)
        raise TooMuch(msg("That was a lot at once."), first=first[0])

    scene.does = refuse
    await scene.put(*(scene.row("/boxes", n) for n in range(5)))
    async with scene.running():
        await scene.until_done(5)
    assert {update for update, _ in scene.desk.shown} == {first[0].update}
    assert scene.desk.stored == []


async def test_who_is_no_longer_known_is_told_nothing(scene: Scene) -> None:
    def refuse(_: Call) -> None:
        raise Denied(msg("I don't know you."))

    scene.does = refuse
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await scene.until_done(1)
    assert (scene.desk.shown, scene.desk.stored) == ([], [])


async def test_a_tap_that_cannot_be_looked_up_is_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(*_: object, **__: object) -> None:
        raise Locked("held")

    monkeypatch.setattr(scene.dispatcher._taps, "look", look)
    await scene.put(scene.tap("b"))
    async with scene.running():
        await scene.until_done(1)
    assert scene.toasts == ["I can't look it up now. Tap again later."]


async def test_what_could_not_be_stored_is_worked_on_without_writing(scene: Scene) -> None:
    scene.refuses = 10_000
    for number, text in enumerate(("/boxes", "hello", "/nonsense")):
        await scene.dispatcher.unstored(scene.row(text, number))
    await until(lambda: len(scene.desk.shown) == 2)
    await until(lambda: scene.dispatcher._tasks.room == 128)
    assert scene.ran == [("box", "ls")]
    assert scene.desk.stored == []
    assert scene.dispatcher._unstored == set()
    assert scene.refuses == 10_000


async def test_closing_ends_what_hangs_and_the_next_start_takes_it_up(scene: Scene) -> None:
    scene.gate.clear()
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await until(lambda: scene.ran != [])
    assert scene.dispatcher._tasks.room == 128
    assert await scene.db.read(lambda c: count(c, BOT, State.TAKEN)) == 1


async def test_a_full_disk_at_the_end_is_waited_for(scene: Scene) -> None:
    journal = scene.dispatcher._journal
    fails = iter([DiskFull("full"), Locked("held")])

    async def write() -> int:
        if (error := next(fails, None)) is not None:
            raise error
        return 7

    insisting = asyncio.ensure_future(journal.insist(write))
    await until(insisting.done, scene.clock)
    assert insisting.result() == 7
