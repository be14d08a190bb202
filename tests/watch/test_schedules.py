"""Whatever happens, and in whatever order: no time is run twice, and none goes by unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.command.call import Call
from bot.message import msg
from bot.pipeline.journal import Journal
from bot.pipeline.record import row_of
from bot.reply import Outcome, Reply, say
from bot.reply.redact import Redactor
from bot.watch.abreast import MOST
from bot.watch.run import Runs, name_of, worded
from bot.watch.schedules import Schedules
from storage import calls, instances, schedules
from storage.calls import State
from storage.database import Database
from storage.schedules import Missed, Schedule
from tests.command.samples import OWNER, bench
from tests.storage.conftest import fresh
from tests.storage.test_schedules import ONE
from tests.telegram.dispatching import BOT, Desk

T = TypeVar("T")
_STEPS = 5  # of the loop, until what was begun is at the gate
START = 1_780_974_000.0
MINUTE = replace(
    ONE,
    bot=BOT,
    author=OWNER,
    chat=OWNER,
    argv=("box", "ls"),
    host=None,
    since=START,
    next_at=START + 60,
    reckoned_at=START,
)
CRON = replace(MINUTE, times="* * * * *")


class World:
    """A database that outlives the bots on it; `done` are the times whose runs had their effect.

    `dies` is at which of its steps a run ends together with its bot; none ends but by the `gate`.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.now = START
        self.desk = Desk()
        self.done: list[float] = []
        self.running = self.most = 0
        self.dies: int | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.count = 0
        self.start()

    def start(self) -> None:
        """Another bot, as after a kill: what was begun is unknown then."""
        self.count += 1
        instance, builder = f"i{self.count}", bench().builder
        instances.forget(self.connection, instances.others(self.connection, instance))
        instances.register(self.connection, instance, self.now, 1e9)
        for row in calls.begun(self.connection, BOT):
            calls.advance(self.connection, row.id, State.UNKNOWN, now=self.now)
        database = cast("Database", self)
        self.journal = Journal(database, self.desk, Redactor(()), instance, BOT, lambda: self.now)
        runs = Runs(self.journal, builder, self.run)
        self.schedules = Schedules(self.journal, runs, builder.services.scheduled)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        return fn(self.connection)

    read = write

    async def run(self, call: Call) -> Reply:
        """What the pipeline does to a call, as far as its record goes."""
        row = row_of(call, BOT, self.journal.instance, self.now)
        self.step(0)
        if calls.request(self.connection, row) not in {None, State.REQUESTED}:
            return say(msg("done before"))
        self.step(1)
        calls.advance(self.connection, call.id, State.STARTED, now=self.now, instance=row.instance)
        self.step(2)
        self.done.append(call.request.sent_at)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
        finally:
            self.running -= 1
        self.step(3)
        calls.advance(self.connection, call.id, State.FINISHED, now=self.now)
        self.step(4)
        return call.told(say(msg("done")))

    def step(self, number: int) -> None:
        if self.dies == number:
            raise asyncio.CancelledError

    async def look(self) -> None:
        """One round, and all that it leads to, as far as the gate lets it."""
        await self.schedules._round()
        for _ in range(_STEPS):
            await asyncio.sleep(0)
        if self.gate.is_set():
            await self.over()

    async def over(self) -> None:
        self.gate.set()
        running = set(self.schedules._tasks._running)
        if running:
            await asyncio.wait(running)

    async def killed(self, step: int) -> None:
        """The bot dies at this step of its next run, and another one starts."""
        self.dies = step
        self.now += 60
        await self.look()
        await self.over()
        self.dies = None
        self.start()
        await self.schedules._settle()
        await self.look()


@contextmanager
def world(missed: Missed, one: Schedule = MINUTE) -> Any:  # noqa: ANN401 - a generator's
    with fresh() as connection:
        schedules.add(connection, replace(one, missed=missed), each=9, here=9, most=9)
        yield World(connection)


def times(world: World) -> list[float]:
    """All that have come by now."""
    return [START + 60 * n for n in range(1, int((world.now - START) // 60) + 1)]


PASS = st.tuples(st.just("pass"), st.integers(1, 60))
KILL = st.tuples(st.just("kill"), st.integers(0, 4))
HOLD = st.tuples(st.just("hold"), st.just(0))
FREE = st.tuples(st.just("free"), st.just(0))
AWAY = st.tuples(st.just("away"), st.integers(61, 400))
BACK = st.tuples(st.just("set"), st.integers(-90_000, -1))
SET = st.tuples(st.just("set"), st.integers(-20_000, 20_000))
POLICY = st.sampled_from(Missed)
RULES = st.sampled_from([MINUTE, CRON])


async def follow(world: World, story: list[tuple[str, int]]) -> None:
    for what, number in story:
        match what:
            case "kill":
                await world.killed(number)
            case "hold":
                world.gate.clear()
            case "free":
                await world.over()
            case _:
                world.now += number
                await world.look()
    await world.over()


STORIES = st.lists(PASS | KILL | HOLD | FREE | AWAY | SET, max_size=12)


@given(POLICY, RULES, STORIES)
def test_no_run_is_begun_twice(
    missed: Missed, rule: Schedule, story: list[tuple[str, int]]
) -> None:
    with world(missed, rule) as here:
        asyncio.run(follow(here, story))
        assert len(here.done) == len(set(here.done))
        (one,) = schedules.every(here.connection, BOT)
        assert one.running is None
        assert one.next_at is not None
        assert one.next_at <= here.now + 3 * 3600 + 60


@given(POLICY, STORIES)
def test_an_interval_goes_on_within_itself_however_the_clock_was_set(
    missed: Missed, story: list[tuple[str, int]]
) -> None:
    with world(missed) as here:
        asyncio.run(follow(here, story))
        before = len(here.done)
        asyncio.run(follow(here, [("pass", 31), ("pass", 31)]))
        assert len(here.done) > before


@given(POLICY, st.lists(PASS | BACK, max_size=12))
def test_an_interval_is_not_shorter_because_the_clock_is_set_back(
    missed: Missed, story: list[tuple[str, int]]
) -> None:
    with world(missed) as here:
        passed, due = 0, [-60.0]  # in seconds that have passed, whatever the clock shows
        for what, number in story:
            passed += number if what == "pass" else 0
            count = len(here.done)
            asyncio.run(follow(here, [(what, number)]))
            due += [passed - (here.now - at) for at in here.done[count:]]
        assert all(b - a >= 59 for a, b in pairwise(due))


@given(POLICY, st.lists(PASS | KILL | HOLD | FREE, max_size=12))
def test_each_time_is_run_or_skipped_and_told(missed: Missed, story: list[tuple[str, int]]) -> None:
    with world(missed) as here:
        asyncio.run(follow(here, [*story, ("pass", 1)]))
        (one,) = schedules.every(here.connection, BOT)
        for at in times(here):
            known = calls.get(here.connection, name_of(one, at))
            if known is None or known.state is State.EXPIRED:
                word = "while I was off" if known else "Skipped"
                assert any(word in said for said in here.desk.stored), at
                assert at not in here.done
            elif known.state is not State.UNKNOWN:
                assert here.done.count(at) == 1


@given(POLICY, STORIES)
def test_it_never_runs_beside_itself(missed: Missed, story: list[tuple[str, int]]) -> None:
    with world(missed) as here:
        asyncio.run(follow(here, story))
        assert here.most <= 1


@given(POLICY, st.integers(1, 9), BACK)
def test_what_has_run_at_a_time_does_not_run_again_when_the_clock_is_set_back(
    missed: Missed, count: int, back: tuple[str, int]
) -> None:
    with world(missed, CRON) as here:
        asyncio.run(follow(here, [*[("pass", 60)] * count, back]))
        before = list(here.done)
        (one,) = schedules.every(here.connection, BOT)
        assert one.next_at is not None
        wait = one.next_at - here.now
        assert 0 < wait <= 3 * 3600 + 60
        asyncio.run(follow(here, [("pass", round(wait) + 1)]))
        assert len(set(here.done)) == len(here.done)
        assert here.done[: len(before)] == before


def test_while_it_runs_and_the_clock_is_set_back_the_first_skip_is_told() -> None:
    with world(Missed.REPORT) as here:
        story = [("hold", 0), ("pass", 60), ("set", -80_000), ("pass", 61)]
        asyncio.run(follow(here, story))
        assert any("Skipped" in said for said in here.desk.stored)


def test_what_is_asked_for_runs_though_the_clock_is_set_back() -> None:
    with world(Missed.REPORT) as here:
        schedules.ask(here.connection, 1, here.now)
        asyncio.run(follow(here, [("set", -5)]))
        assert here.done == [START]


@given(POLICY, st.integers(61, 90_000))
def test_what_comes_while_nobody_is_there_is_made_up_for_once_or_told(
    missed: Missed, seconds: int
) -> None:
    with world(missed) as here:
        asyncio.run(follow(here, [("pass", seconds)]))
        late = seconds > 120
        assert len(here.done) == (0 if late and missed is Missed.REPORT else 1)
        assert any("while I was off" in said for said in here.desk.stored) == late


@settings(max_examples=40)
@given(POLICY, st.lists(PASS | HOLD | FREE | AWAY, max_size=5))
def test_of_one_chat_so_many_run_at_once_and_all_in_the_end(
    missed: Missed, story: list[tuple[str, int]]
) -> None:
    with world(missed) as here:
        for _ in range(MOST + 1):
            schedules.add(here.connection, replace(MINUTE, missed=missed), each=9, here=9, most=9)
        asyncio.run(follow(here, [*story, ("hold", 0), ("pass", 60), ("pass", 60)]))
        assert here.most <= MOST
        assert all(one.running is None for one in schedules.every(here.connection, BOT))


def test_those_that_wait_are_told_at_once_and_together() -> None:
    with world(Missed.REPORT) as here:
        for _ in range(MOST + 1):
            schedules.add(here.connection, MINUTE, each=9, here=9, most=9)
        asyncio.run(follow(here, [("hold", 0), ("pass", 60)]))
        assert here.most == MOST
        assert len(here.done) == MOST + 2
        (told,) = here.desk.stored
        assert "Schedules 5 and 6 wait: 4 run here already." in told


def test_what_fails_again_and_again_rings_once() -> None:
    failed = say(msg("It is broken."), outcome=Outcome.FAILED)
    assert worded(MINUTE, failed).rings
    assert not worded(replace(MINUTE, outcome="failed"), failed).rings
    assert worded(replace(MINUTE, outcome="finished"), failed).rings
