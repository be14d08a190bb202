"""The second channel: what is critical and nobody has taken goes by another way as well.

Its messages wait in the outbox like all others, for a chat that Telegram does not have. A program
of its own hands them over (`bot/relay.py`), which is killed if that takes too long. Its addresses
are secrets: what is told of them is their scheme.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from bot import relay
from bot.message import Code, Names, msg
from bot.reply import Reply, Text, say
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.watch.card import SECOND
from bot.watch.courier import Note, Said
from storage import alerts, outbox
from storage.alerts import Kind
from storage.database import Connection, Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

T = TypeVar("T")

# By its file, and isolated: the folder that we run in, where the database is, may hold a `json.py`.
_PROGRAM = (sys.executable, "-I", relay.__file__)
_PATIENCE = 60.0  # seconds for all addresses together
_AGAIN = (60.0, 120.0, 300.0, 300.0)  # seconds until it is tried again; then it is given up
_WAITING = 100
_PAUSE = 5.0


@dataclass(slots=True)
class Letter:
    """A message for the second channel; `number` is its row, once it is stored."""

    row: outbox.Outgoing
    stored: Callable[[Letter], None]
    number: int = 0
    tries: int = 0

    def store(self, connection: Connection) -> int:
        """Put it into the caller's transaction; its row."""
        self.number = outbox.enqueue(connection, self.row)
        return self.number

    def sent(self) -> None:
        """It is stored: have it delivered."""
        self.stored(self)


@dataclass(slots=True)
class Second:
    """Hands letters to all of `urls`.

    `tell` has the owners told what is wrong, in the transaction in which it is noted.
    """

    urls: Sequence[str]
    database: Database
    bot: int
    instance: str
    words: Words
    redactor: Redactor
    tell: Callable[[Reply, Note], Awaitable[None]]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _waiting: deque[Letter] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _refused: frozenset[str] = frozenset()

    def pack(self, said: Said) -> Letter:
        """In the language of the config, without logs and buttons."""
        texts = [block.message for block in said.reply.blocks if isinstance(block, Text)]
        title, *rest = (self.redactor.text(self.words.plain(text)) for text in texts)
        payload = json.dumps({"title": title, "body": "\n".join(rest) or title})
        row = outbox.Outgoing(self.bot, self.instance, SECOND, payload, self.clock())
        return Letter(row, self._put)

    async def run(self) -> None:
        """Deliver until cancelled, one after the other."""
        await self._load()
        while True:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            letter = self._waiting[0]
            taken = await self._hand(letter)
            if taken or letter.tries == len(_AGAIN):
                await self._record(letter, taken=taken)
                self._waiting.popleft()
            else:
                letter.tries += 1
                await self.sleep(_AGAIN[letter.tries - 1])

    def _put(self, letter: Letter) -> None:
        self._waiting.append(letter)
        self._wake.set()

    async def _load(self) -> None:
        """Take up what the last run has left."""
        bot, instance = self.bot, self.instance

        def read(connection: Connection) -> tuple[list[outbox.Outgoing], frozenset[str]]:
            rows = outbox.pending(connection, bot, instance, _WAITING, chat=SECOND)
            return rows, frozenset(alerts.load(connection, bot, Kind.REFUSED))

        rows, self._refused = await self._insist(lambda: self.database.read(read))
        for row in rows:
            self._put(Letter(row, self._put, row.id))

    async def _hand(self, letter: Letter) -> bool:
        """Hand it to all addresses; whether one of them took it."""
        taken = await handed(self.urls, json.loads(letter.row.payload))
        schemes = [url.partition("://")[0] for url in self.urls]
        refused = frozenset(s for s, took in zip(schemes, taken, strict=True) if not took)
        if refused != self._refused:
            await self._insist(lambda: self._note(refused))
        return any(taken)

    async def _note(self, refused: frozenset[str]) -> None:
        """These take nothing now. That is told once, until they do."""
        rows = {**dict.fromkeys(self._refused), **dict.fromkeys(refused, "")}

        def note(connection: Connection) -> None:
            alerts.keep(connection, self.bot, Kind.REFUSED, rows)

        if refused - self._refused:
            log.warning("the second channel does not take alerts: %s", ", ".join(sorted(refused)))
            await self.tell(_wrong(refused), note)
        else:
            await self.database.write(note)
        self._refused = refused

    async def _record(self, letter: Letter, *, taken: bool) -> None:
        number, now = letter.number, self.clock()

        def write(connection: Connection) -> None:
            if taken:
                outbox.sent(connection, number, 0, now)
            else:
                outbox.failed(connection, number, "the second channel does not take it")

        await self._insist(lambda: self.database.write(write))

    async def _insist(self, work: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await work()
            except StorageError as error:
                log.warning("what goes to the second channel can't be stored: %s", error)
            await self.sleep(_PAUSE)


def _wrong(refused: frozenset[str]) -> Reply:
    names = Names(tuple(Code(scheme) for scheme in sorted(refused)))
    wrong = msg("The second channel does not take alerts: {names}.", names=names)
    return say(wrong, msg("Look at {key} in the config.", key=Code("watch.second")))


async def handed(urls: Sequence[str], letter: dict[str, str]) -> list[bool]:
    """Have a program of its own send it; whether each address took it."""
    asked = json.dumps(letter | {"urls": [*urls]}).encode()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIERHEAD_")}
    try:
        process = await asyncio.create_subprocess_exec(
            *_PROGRAM, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
        )
    except OSError:
        return [False] * len(urls)
    try:
        async with asyncio.timeout(_PATIENCE):
            said, _ = await process.communicate(asked)
        return [bool(took) for took in json.loads(said)]
    except (TimeoutError, ValueError, OSError):
        return [False] * len(urls)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
