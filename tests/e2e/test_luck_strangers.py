"""Who is not enrolled costs no request to an Engine and no write, and an answer an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sandbox import Person, Sandbox
from storage.jobs import Job
from storage.writer import Writer
from tests.e2e.conftest import GROUP, OWNER, STRANGER, UNLINKED, Clock, Pierhead
from tests.e2e.luck import Between, audited, between, count, eventually
from tests.private_engine import Engine

HOUR = 3600.0


@pytest.fixture
async def socket(tmp_path: Path, engine: Engine) -> AsyncIterator[Between]:
    async with between(tmp_path, engine) as one:
        yield one


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs of each transaction that the bot writes, as it writes them."""
    made: list[int] = []
    run = Writer.run

    def counted(self: Writer, batch: Sequence[Job[object]]) -> None:
        made.append(len(batch))
        run(self, batch)

    monkeypatch.setattr(Writer, "run", counted)
    monkeypatch.setattr("bot.app._TICK", 10 * HOUR)  # so that only what comes in can write
    return made


async def test_a_stranger_costs_no_request_and_no_write(
    telegram: Sandbox,
    pierhead: Pierhead,
    socket: Between,
    tmp_path: Path,
    clock: Clock,
    commits: list[int],
) -> None:
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = socket.url
    async with pierhead.running():
        stranger = telegram.private(STRANGER)
        await telegram.private(OWNER).ask("/whoami")
        await eventually(lambda: count(tmp_path, "outbox", "state = 'sent'") == 1)
        before, asked = len(commits), len(socket.requests)
        told = await stranger.ask("/ps")
        assert told.text.startswith("I don't know you.")
        assert str(STRANGER) in told.text
        for text in ("/ps", "/restart web", "/start _guess", "hello", "/start"):
            await stranger.send(text)
        telegram.set_member(GROUP, STRANGER)
        await telegram.group(GROUP, STRANGER).send("/ps@pierhead_bot")
        await telegram.group(UNLINKED, STRANGER).send("/ps@pierhead_bot")
        await eventually(lambda: telegram.calls("leaveChat") != [])
        await eventually(lambda: telegram.world.updates.pending() == [])
        assert stranger.unseen() == []
        assert len(commits) == before
        assert len(socket.requests) == asked
        clock.advance(HOUR + 1)
        assert (await stranger.ask("/ps")).text.startswith("I don't know you.")
    assert len(stranger.history) == 7 + 2


async def test_what_strangers_sent_is_counted_in_one_row_an_hour(
    telegram: Sandbox, pierhead: Pierhead, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        for _ in range(5):
            await telegram.private(STRANGER).send("/ps")
        await telegram.private(OWNER).ask("/whoami")
        assert audited(tmp_path, "stranger") == []
        clock.advance(HOUR + 1)
        await eventually(lambda: audited(tmp_path, "stranger") != [], clock)
        await telegram.private(STRANGER).send("/ps")
        await telegram.private(OWNER).ask("/whoami")
        clock.advance(HOUR + 1)
        await eventually(lambda: len(audited(tmp_path, "stranger")) == 2, clock)
    rows = audited(tmp_path, "stranger")
    assert [(row["actor"], row["count"]) for row in rows] == [(STRANGER, 5), (STRANGER, 1)]


async def test_all_strangers_together_get_thirty_answers_an_hour(
    telegram: Sandbox, pierhead: Pierhead, clock: Clock
) -> None:
    crowd = range(5000, 5040)
    for person in crowd:
        telegram.add_person(Person(person, "Sam", "en"))
    async with pierhead.running():
        for person in crowd:
            await telegram.private(person).send("/ps")
        await eventually(lambda: len(telegram.calls("sendMessage")) == 30, clock)
        await telegram.private(OWNER).ask("/whoami")
    assert len(telegram.calls("sendMessage")) == 31
