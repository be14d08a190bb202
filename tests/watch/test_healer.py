"""What the healer leaves alone, what it stores before it acts, and what it knows after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.access.policy import HEALER, Policy
from bot.command.turns import Turns
from bot.message import Untrusted
from bot.reply import Outcome, Reply
from bot.watch.alert import Alert, Restarted, State
from bot.watch.healer import Healer
from bot.watch.healing import BUDGET, HEAL
from bot.watch.rule import Severity
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage import alerts
from storage.alerts import Kind
from storage.database import Database
from tests.hosts.remembering import Time

ID = "c" * 64
WEB = Subject("nas", "web")
ONE = Watched("web", ID, WEB, running=True, labels={HEAL: "true"}, health="unhealthy")
ALERT = Alert("unhealthy", WEB, Severity.WARNING, State.FIRING, since=900.0)


@dataclass(frozen=True)
class Made:
    """A call, as far as the healer looks at it."""

    request: Any
    argv: tuple[str, ...]
    told: Any = None


@dataclass
class Ill:
    """Everything around a healer: one container that is unhealthy, on one host."""

    database: Database
    time: Time = field(default_factory=Time)
    turns: Turns = field(default_factory=Turns)
    policy: Policy = field(default_factory=lambda: Policy(()))
    image: dict[str, str] = field(default_factory=dict)
    health: str = "unhealthy"
    own: str = ""
    bot: int = 1
    outcome: Outcome = Outcome.FINISHED
    calls: list[Made] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    told: list[Restarted] = field(default_factory=list)
    seen_to: bool = False

    def healer(self) -> Healer:
        journal = SimpleNamespace(
            database=self.database, clock=self.time, sleep=self.time.sleep, bot=self.bot
        )
        journal.insist = lambda write: write()
        builder = cast("Any", self)
        return Healer(self, cast("Any", journal), builder, cast("Any", self.run), self.own)

    @property
    def services(self) -> Any:  # noqa: ANN401 - a stand-in
        host = SimpleNamespace(name="nas", inventory=self, images=SimpleNamespace(list=self.images))
        return SimpleNamespace(hosts={"nas": host}, policy=self.policy)

    def unwell(self) -> Iterator[tuple[Alert, Watched]]:
        if not self.seen_to:
            yield ALERT, self.one

    async def restarted(self, key: str, since: float, told: Restarted) -> None:
        assert (key, since) == (ALERT.key, ALERT.since)
        self.told.append(told)

    @property
    def one(self) -> Watched:
        """As it is seen: with what its image says."""
        return replace(ONE, labels={**self.image, **ONE.labels})

    async def containers(self, **_: object) -> tuple[Any, ...]:
        row = {"id": ID, "name": Untrusted("web"), "state": "running", "health": self.health}
        return (SimpleNamespace(**row, labels=self.one.labels, image_id="i"),)

    async def images(self, **_: object) -> tuple[Any, ...]:
        return (SimpleNamespace(id="i", labels=self.image),)

    def scheduled(self, _id: str, request: object, argv: tuple[str, ...], _: str) -> tuple[Made]:
        return (Made(request, argv),)

    def forget(self, _: Made) -> None:
        pass

    async def run(self, call: Made) -> Reply:
        self.calls.append(call)
        self.stored = list((await self.rows()).values())
        return Reply((), outcome=self.outcome)

    async def rows(self) -> dict[str, str]:
        return await self.database.read(lambda c: alerts.load(c, self.bot, Kind.HEALING))

    async def looked(self, healer: Healer, times: int = 1) -> None:
        """Let it look, a minute apart, and do what it does."""
        for _ in range(times):
            await healer.look()
            await healer._tasks.close(grace=5)
            self.time.now += 60


@pytest.fixture
def ill(database: Database) -> Ill:
    return Ill(database)


async def test_a_try_is_stored_before_it_is_made_and_told_after(ill: Ill) -> None:
    healer = ill.healer()
    await ill.looked(healer)
    (call,) = ill.calls
    assert call.argv == ("container", "restart", ID)
    assert call.request.actor.id == HEALER
    assert '"tries":[1000.0]' in ill.stored[0]
    assert ill.told == [Restarted((1000.0,), 3, done=True)]


async def test_one_that_stays_unhealthy_is_tried_thrice_and_given_up(ill: Ill) -> None:
    await ill.looked(ill.healer(), 60)
    assert len(ill.calls) == 3
    assert ill.told[-1] == Restarted((1000.0, 1120.0, 1360.0), 3, done=True, given_up=True)


async def test_what_a_kill_left_counts_and_is_not_made_again(ill: Ill) -> None:
    healer, begun = ill.healer(), asyncio.Event()

    async def killed(call: Made) -> Reply:
        ill.calls.append(call)
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError(call)

    healer.pipeline = cast("Any", killed)
    await healer.look()
    async with asyncio.timeout(5):
        await begun.wait()
    await healer._tasks.close()
    again = ill.healer()
    await again._load()
    await ill.looked(again, 2)
    assert len(ill.calls) == 1
    assert ill.told[-1] == Restarted((1000.0,), 3, done=False)
    await ill.looked(again)
    assert len(ill.calls) == 2, "two minutes later it is tried once more"


async def test_while_somebody_changes_it_it_is_left_alone(ill: Ill) -> None:
    healer, ticket = ill.healer(), ill.turns.arrive("nas")
    async with ill.turns.hold(ticket, frozenset({"/web"}), asyncio.Event()):
        await ill.looked(healer, 3)
        assert not ill.calls
        assert not await ill.rows(), "that is no try"
    await ill.looked(healer)
    assert len(ill.calls) == 1


@pytest.mark.parametrize(
    "but",
    [
        {"image": {HEAL: "true"}},
        {"health": "healthy"},
        {"own": ID},
        {"policy": Policy((), read_only=frozenset({"nas"}))},
        {"seen_to": True},
    ],
)
async def test_what_is_left_alone(database: Database, but: dict[str, Any]) -> None:
    ill = Ill(database, **but)
    await ill.looked(ill.healer(), 3)
    assert not ill.calls
    assert not await ill.rows()


async def test_what_can_t_be_stored_is_not_done(tmp_path: Path) -> None:
    closed = await Database.open(f"sqlite:///{tmp_path}/closed.db", ballast=0)
    await closed.close()
    ill = Ill(closed)
    await ill.looked(ill.healer(), 3)
    assert not ill.calls


async def test_one_that_failed_is_told_as_a_try(ill: Ill) -> None:
    ill.outcome = Outcome.FAILED
    await ill.looked(ill.healer())
    assert ill.told == [Restarted((1000.0,), 3, done=False)]


@pytest.mark.parametrize("said", ["0", "1", "5"])
async def test_how_often_an_image_does_not_say(ill: Ill, said: str) -> None:
    ill.image = {BUDGET: said}
    await ill.looked(ill.healer(), 30)
    assert [told.budget for told in ill.told[-1:]] == [3]
    assert len(ill.calls) == 3
