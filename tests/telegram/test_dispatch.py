"""Each update is taken, worked on and done with, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from bot.command.call import Call, Request
from bot.errors import Denied
from bot.message import Message, msg
from bot.pipeline.journal import Journal
from bot.pipeline.toomuch import TooMuch
from bot.reply import Reply, Text, say
from bot.reply.redact import Redactor
from bot.telegram.dispatch import Dispatcher
from bot.telegram.taps import Taps
from storage import inbox
from storage.database import Database
from storage.errors import DiskFull, Locked
from storage.inbox import State, Stored
from tests.command.samples import OWNER, WORDS, bench
from tests.telegram.conftest import Clock, until

BOT = 9


class Parcel:
    """A reply that tells when it goes out."""

    def __init__(self, said: list[str], text: str) -> None:
        self.said, self.text = said, text

    def store(self, connection: Connection) -> None:
        """It is only kept in memory here."""

    def sent(self) -> None:
        self.said.append(self.text)


class Desk:
    """Takes replies: `stored` went out with what they tell, `shown` without."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.shown: list[tuple[int, str]] = []

    async def pack(
        self, request: Request, reply: Reply, call: Call | None = None, *, slot: str | None = None
    ) -> Parcel:
        del request, call, slot
        return Parcel(self.stored, words(reply))

    async def show(self, request: Request, reply: Reply, *_: object, **__: object) -> None:
        self.shown.append((request.update, words(reply)))


def words(reply: Reply) -> str:
    return " ".join(WORDS.plain(b.message) for b in reply.blocks if isinstance(b, Text))


class Scene:
    """A dispatcher over a pipeline that is told what to do."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock, self.desk = db, clock, Desk()
        self.bench = bench()
        self.ran: list[tuple[str, ...]] = []
        self.does: Callable[[Call], Any] = lambda _: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.toasts: list[str | None] = []
        self.stored = asyncio.Event()
        journal = Journal(
            cast("Database", self), self.desk, Redactor(()), "i", BOT, clock, clock.sleep
        )
        self.refuses = 0
        operations = self.bench.builder.services.operations
        self.dispatcher = Dispatcher(
            journal,
            self.bench.builder,
            self.run,
            Taps(db, self.bench.builder, operations, lambda _: None, 60.0, clock),
            toast=self.toast,
            age=lambda sent: clock() - sent,
            max_age=60.0,
            name=lambda: "bot",
        )

    async def write(self, fn: Callable[[Connection], object]) -> object:
        if self.refuses > 0:
            self.refuses -= 1
            raise Locked("held")
        return await self.db.write(fn)

    async def read(self, fn: Callable[[Connection], object]) -> object:
        return await self.db.read(fn)

    async def run(self, call: Call) -> Reply:
        self.ran.append(call.argv)
        await self.gate.wait()
        self.does(call)
        return say(msg("done"))

    def toast(self, _query: str, _request: Request, text: Message | None) -> None:
        self.toasts.append(WORDS.plain(text) if text else None)

    def row(self, text: str, number: int = 1, *, chat: int = OWNER, age: float = 0.0) -> Stored:
        now = self.clock()
        kind = "private" if chat == OWNER else "group"
        message = {
            "message_id": 5,
            "date": int(now - age),
            "chat": {"id": chat, "type": kind},
            "from": {"id": OWNER, "first_name": "O"},
            "text": text,
        }
        body = json.dumps({"update": {"update_id": number, "message": message}, "gap": False})
        return Stored(number, body.encode(), now, State.NEW, None, 0)

    async def put(self, *rows: Stored) -> None:
        for row in rows:
            put = (BOT, row.update_id, row.body, row.received_at)
            await self.db.write(lambda c, put=put: inbox.put(c, *put))  # type: ignore[misc] # bound
        self.stored.set()

    async def done(self) -> int:
        return await self.db.read(lambda c: inbox.count(c, BOT, State.DONE))

    async def until_done(self, count: int, *, moving: bool = False) -> None:
        async with asyncio.timeout(10):
            while await self.done() < count:
                if moving:
                    self.clock.advance(1)
                await asyncio.sleep(0.001)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(self.dispatcher.run(self.stored))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self.dispatcher.close(0.05)


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
        await asyncio.sleep(0.02)
        assert len(scene.ran) == 128
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
    assert scene.desk.stored == ["That went wrong: a bug of mine. In the log it is update 0."]
    assert scene.bench.turns._arrived == {}


async def test_an_update_that_cannot_be_read_is_done(scene: Scene) -> None:
    row = scene.row("/boxes")
    await scene.put(Stored(1, b"not json", row.received_at, State.NEW, None, 0))
    async with scene.running():
        await scene.until_done(1)


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


async def test_what_could_not_be_stored_is_worked_on_without_writing(scene: Scene) -> None:
    scene.refuses = 10_000
    for number, text in enumerate(("/boxes", "hello", "/nonsense")):
        await scene.dispatcher.unstored(scene.row(text, number))
    await until(lambda: len(scene.desk.shown) == 2)
    await until(lambda: scene.dispatcher._tasks == set())
    assert scene.ran == [("box", "ls")]
    assert scene.desk.stored == []
    assert scene.dispatcher._unstored == set()
    assert scene.refuses == 10_000


async def test_closing_ends_what_hangs_and_the_next_start_takes_it_up(scene: Scene) -> None:
    scene.gate.clear()
    await scene.put(scene.row("/boxes"))
    async with scene.running():
        await until(lambda: scene.ran != [])
    assert scene.dispatcher._tasks == set()
    assert await scene.db.read(lambda c: inbox.count(c, BOT, State.TAKEN)) == 1


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
