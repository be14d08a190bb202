"""A dispatcher over a pipeline that is told what to do, and what both of them tell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import Connection

from bot.command.call import Call, Request
from bot.message import Message, msg
from bot.pipeline.journal import Journal
from bot.reply import Reply, Text, say
from bot.reply.redact import Redactor
from bot.telegram.dispatch import Dispatcher
from bot.telegram.name import Name
from bot.telegram.replies import Replies
from bot.telegram.taps import Taps
from storage import inbox
from storage.database import Database
from storage.errors import Locked
from storage.inbox import State, Stored
from tests.command.samples import OWNER, WORDS, bench
from tests.stored import count
from tests.telegram.conftest import Clock

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
        self.name = Name()
        self.name.tell("Bot")
        journal = Journal(
            cast("Database", self), self.desk, Redactor(()), "i", BOT, clock, clock.sleep
        )
        self.refuses = 0
        operations = self.bench.builder.services.operations

        def late(sent: float) -> float | None:
            return clock() - sent if clock() - sent > 60 else None

        self.dispatcher = Dispatcher(
            journal,
            self.bench.builder,
            self.run,
            Taps(db, self.bench.builder, operations, lambda _: None, 60.0, clock),
            toast=self.toast,
            late=late,
            name=self.name,
            replies=Replies(db, self.bench.builder, lambda *_: None, late),
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
        return self._stored(number, {"message": message})

    def tap(self, data: str, number: int = 1) -> Stored:
        chat = {"id": OWNER, "type": "private"}
        message = {"message_id": 5, "date": int(self.clock()), "chat": chat}
        person = {"id": OWNER, "first_name": "O"}
        query = {"id": "q", "from": person, "message": message, "data": data}
        return self._stored(number, {"callback_query": query})

    def _stored(self, number: int, update: dict[str, Any]) -> Stored:
        body = json.dumps({"update": {"update_id": number, **update}, "gap": False})
        return Stored(number, body.encode(), self.clock(), State.NEW, None, 0)

    async def put(self, *rows: Stored) -> None:
        for row in rows:
            put = (BOT, row.update_id, row.body, row.received_at)
            await self.db.write(lambda c, put=put: inbox.put(c, *put))  # type: ignore[misc] # bound
        self.stored.set()

    async def done(self) -> int:
        return await self.db.read(lambda c: count(c, BOT, State.DONE))

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
