"""What the tests of bad luck share: a socket before the Engine, and a look at what is stored."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import Clock
from tests.private_engine import Engine

LINE = re.compile(rb"^(GET|POST|DELETE|PUT|HEAD) (\S+) HTTP/1\.[01]\r$", re.MULTILINE)
_CHUNK = 65536


class Between:
    """A socket before the Engine's: counts requests, and can hold back answers.

    `holds` says of a request ("POST /v1.41/containers/…/restart?t=0") whether its answer is held
    back; `release` lets all held ones through.
    """

    def __init__(self, path: Path, engine: str) -> None:
        self.url = f"unix://{path}"
        self.requests: list[str] = []
        self.holds: Callable[[str], bool] = lambda _: False
        self.held = asyncio.Event()
        self._path = path
        self._engine = engine.removeprefix("unix://")
        self._free = asyncio.Event()
        self._server: asyncio.AbstractServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self._path)

    async def close(self) -> None:
        """Nothing listens any more, and what is open is cut."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def release(self) -> None:
        self.holds = lambda _: False
        self._free.set()
        self._free = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._pass_on(reader, writer)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._engine)
        gate = asyncio.Event()
        gate.set()
        asking = asyncio.ensure_future(self._asks(reader, back, gate))
        telling = asyncio.ensure_future(_answers(there, writer, gate))
        try:
            await asyncio.wait({asking, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (asking, telling):
                one.cancel()
            await asyncio.gather(asking, telling, return_exceptions=True)
            back.close()

    async def _asks(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, gate: asyncio.Event
    ) -> None:
        while data := await reader.read(_CHUNK):
            for method, path in LINE.findall(data):
                request = f"{method.decode()} {path.decode()}"
                self.requests.append(request)
                if self.holds(request):
                    gate.clear()
                    self.held.set()
                    freed = asyncio.ensure_future(self._free.wait())
                    freed.add_done_callback(lambda _: gate.set())
            back.write(data)
            await back.drain()


async def _answers(
    there: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event
) -> None:
    while data := await there.read(_CHUNK):
        await gate.wait()
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def between(folder: Path, engine: Engine) -> AsyncIterator[Between]:
    """One that is open."""
    one = Between(folder / "engine.sock", engine.url)
    await one.open()
    try:
        yield one
    finally:
        await one.close()


def audited(folder: Path, command: str | None = None) -> list[dict[str, Any]]:
    """The rows of the audit, in order, of one command or of all."""
    with sqlite3.connect(f"file:{folder / 'bot.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT body FROM audit ORDER BY seq").fetchall()
    found = [json.loads(row[0]) for row in rows]
    return [row for row in found if command in {None, row.get("command")}]


def asked(folder: Path, statement: str) -> list[Any]:
    """The first column of what the database answers."""
    with sqlite3.connect(f"file:{folder / 'bot.db'}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute(statement)]


def count(folder: Path, table: str, condition: str = "1") -> int:
    """How many rows of a table there are."""
    found: int = asked(folder, f"SELECT count(*) FROM {table} WHERE {condition}")[0]  # noqa: S608 - the test's own
    return found


async def eventually(
    look: Callable[[], bool], clock: Clock | None = None, step: float = 1.0
) -> None:
    """Wait until it is so; with a clock, time passes meanwhile."""
    async with asyncio.timeout(60):
        while not look():
            if clock is not None:
                clock.advance(step)
            await asyncio.sleep(0.01)


def outcomes(folder: Path, command: str) -> list[str]:
    """What the audit says of a command, in order."""
    return [row["outcome"] for row in audited(folder, command)]


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Another process holds the database."""
    other = sqlite3.connect(folder / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def until(phone: Phone, text: str) -> None:
    """Wait until the bot says so."""
    while text not in (await phone.wait()).text:
        pass


async def logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Wait until the log says so."""
    await eventually(lambda: text in caplog.text)


async def called(
    telegram: Sandbox, method: str, times: int = 1, clock: Clock | None = None
) -> None:
    """Wait until the bot has called a method so often; with a clock, time passes meanwhile."""
    await eventually(lambda: len(telegram.calls(method)) >= times, clock, 60)
