"""What is done every few seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.command.call import Call
from bot.command.operations import Operation
from bot.pipeline.journal import Journal
from bot.pipeline.upkeep import Upkeep
from bot.reply.redact import Redactor
from storage import calls, instances
from storage.calls import State
from storage.database import Database
from tests.command.samples import bench
from tests.telegram.conftest import Clock
from tests.telegram.dispatching import BOT, Desk

TTL = 300.0


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db", key=b"k" * 32, ballast=0)
    yield database
    await database.close()


async def state(db: Database, call: Call) -> State | None:
    row = await db.read(lambda c: calls.get(c, call.id))
    return row.state if row else None


async def test_a_question_ends_with_its_time_unless_it_was_answered_and_waits_for_its_turn(
    db: Database,
) -> None:
    clock, desk, scene = Clock(), Desk(), bench()
    operations = scene.builder.services.operations
    journal = Journal(db, desk, Redactor(()), "i", BOT, clock, clock.sleep)
    await db.write(lambda c: instances.register(c, "i", clock(), 1e9))
    (call,) = scene.typed("/box_mv a b")
    await journal.requested(call)
    await db.write(lambda c: calls.advance(c, call.id, State.AWAITING, now=clock()))
    upkeep = Upkeep(journal, operations, TTL, {})
    answered = Operation(call.id, 1, 1, "box mv", "nas", clock(), follows=False)
    operations.add(answered)
    clock.advance(TTL + 1)
    await upkeep.tick()
    assert (await state(db, call), desk.stored) == (State.AWAITING, [])
    operations.remove(answered)
    await upkeep.tick()
    assert await state(db, call) is State.EXPIRED
    assert desk.stored == ["Nobody answered in time. Not done. Nothing was changed."]
