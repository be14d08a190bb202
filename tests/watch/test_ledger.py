"""What is stored is what was known when it was stored; what comes meanwhile is for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.watch.board import Board
from bot.watch.ledger import Ledger
from bot.watch.memory import Memory
from bot.watch.notice import Audience
from storage import alerts
from storage.database import Database
from storage.errors import StorageError
from tests.watch.world import CHAT, HOST, event

BOT = 1


@pytest.fixture
def memory() -> Memory:
    return Memory(HOST, ())


@pytest.fixture
def ledger(database: Database, memory: Memory) -> Ledger:
    return Ledger(database, BOT, Board({}, lambda: Audience((CHAT,))), {HOST: memory})


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, database: Database, happens: Callable[[], object]
) -> None:
    """This happens while the database writes."""
    write = database.write

    async def slowly(work: Any) -> Any:  # noqa: ANN401 - whatever is written
        happens()
        return await write(work)

    monkeypatch.setattr(database, "write", slowly)


async def stored(database: Database) -> str:
    rows = await database.read(lambda c: alerts.load(c, BOT, alerts.Kind.CONTAINER))
    return rows[f"{HOST}/web"]


async def test_what_changes_while_it_is_stored_is_stored_next(
    ledger: Ledger, memory: Memory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.hear(event(1, 1, "web", "start"), 1)
    with monkeypatch.context() as patch:
        ended = event(2, 2, "web", "die", exitCode="3")
        meanwhile(patch, database, lambda: memory.hear(ended, 2))
        await ledger.store((), 2)
    await ledger.store((), 3)
    assert '"code":3' in await stored(database)


async def test_what_could_not_be_stored_is_stored_next(
    ledger: Ledger, memory: Memory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise StorageError

    memory.hear(event(1, 1, "web", "start"), 1)
    with monkeypatch.context() as patch:
        meanwhile(patch, database, fails)
        with pytest.raises(StorageError):
            await ledger.store((), 2)
    await ledger.store((), 3)
    assert '"running":true' in await stored(database)


async def test_when_it_ran_is_known_to_the_next_run(ledger: Ledger, database: Database) -> None:
    assert await ledger.load(7) is None
    await ledger.store((), 7, seen=7.5)
    assert await ledger.load(9) == 7.5
    await database.write(lambda c: alerts.keep(c, BOT, alerts.Kind.SEEN, {"watch": "soon"}))
    assert await ledger.load(9) is None
