"""Changes to one target run in the order of their messages, whatever the awaits in between do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.turns import Stopped, Ticket, Turns

STEPS = 400  # of the loop: more than the longest of these programs takes


@dataclass(frozen=True, slots=True)
class Change:
    """How a change behaves: what it waits for, what it wants, and when somebody ends it.

    `before` and `inside` count steps of the loop. Without `targets` it is denied. `cancel` is the
    step at which its task is cancelled, `stop` that at which somebody stops it. With `fails` it
    raises while it holds its targets.
    """

    host: str
    targets: frozenset[str]
    before: int
    inside: int
    cancel: int | None
    stop: int | None
    fails: bool


@dataclass(slots=True)
class Run:
    """What became of the changes: (number, target) as they began and ended."""

    turns: Turns = field(default_factory=Turns)
    stops: dict[int, asyncio.Event] = field(default_factory=dict)
    holding: dict[tuple[str, str], int] = field(default_factory=dict)
    began: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    async def run(self, number: int, change: Change, ticket: Ticket) -> None:
        """One change, as the pipeline does it: whatever happens, the place is given back."""
        try:
            await _steps(change.before)
            if change.targets:
                async with self.turns.hold(ticket, change.targets, self.stops[number]):
                    await self._inside(number, change)
        finally:
            self.turns.leave(ticket)
            self.ended.add(number)

    async def _inside(self, number: int, change: Change) -> None:
        keys = [(change.host, target) for target in change.targets]
        for key in keys:
            assert key not in self.holding, "two at once"
            self.holding[key] = number
            self.began.setdefault(key, []).append(number)
        try:
            await _steps(change.inside)
            if change.fails:
                raise LookupError
        finally:
            for key in keys:
                del self.holding[key]


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


CHANGE = st.builds(
    Change,
    host=st.sampled_from(["nas", "nas", "db1"]),
    targets=st.frozensets(st.sampled_from("abc"), max_size=3),
    before=st.integers(0, 5),
    inside=st.integers(0, 5),
    cancel=st.none() | st.integers(0, 25),
    stop=st.none() | st.integers(0, 25),
    fails=st.booleans(),
)


async def _program(changes: list[Change]) -> Run:
    run = Run()
    run.stops = {number: asyncio.Event() for number in range(len(changes))}
    tickets = [run.turns.arrive(change.host) for change in changes]
    tasks = [
        asyncio.ensure_future(run.run(number, change, ticket))
        for number, (change, ticket) in enumerate(zip(changes, tickets, strict=True))
    ]
    for step in range(STEPS):
        for number, (change, task) in enumerate(zip(changes, tasks, strict=True)):
            if change.cancel == step and step > 0:  # a task that never began is the dispatcher's
                task.cancel()
            if change.stop == step:
                run.stops[number].set()
        await asyncio.sleep(0)
    stuck = [task for task in tasks if not task.done()]
    for task in stuck:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert not stuck
    assert {type(o) for o in outcomes} <= {
        type(None),
        asyncio.CancelledError,
        LookupError,
        Stopped,
    }
    return run


@given(st.lists(CHANGE, max_size=8))
def test_changes_to_a_target_run_in_the_order_of_arrival_and_none_blocks(
    changes: list[Change],
) -> None:
    run = asyncio.run(_program(changes))
    assert run.ended == set(range(len(changes)))
    for numbers in run.began.values():
        assert numbers == sorted(numbers)
    for number, change in enumerate(changes):
        if change.cancel is None and change.stop is None:
            ran = {key for key, numbers in run.began.items() if number in numbers}
            assert ran == {(change.host, target) for target in change.targets}
    assert run.turns._arrived == {}
    assert run.turns._queues == {}


class Scene:
    """Changes, one after the other, that run until they are let go."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.stop = asyncio.Event()
        self.began: list[str] = []

    def change(self, name: str, *targets: str, ticket: Ticket | None = None) -> asyncio.Task[None]:
        """A change that began last; its task ends when it is cancelled."""
        place = ticket or self.turns.arrive("nas")

        async def run() -> None:
            async with self.turns.hold(place, frozenset(targets), self.stop):
                self.began.append(name)
                await asyncio.Event().wait()

        return asyncio.ensure_future(run())


async def ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_one_waits_for_the_other_at_the_same_target_only(scene: Scene) -> None:
    first, second, third = scene.change("1", "a"), scene.change("2", "a"), scene.change("3", "b")
    await _steps(20)
    assert scene.began == ["1", "3"]
    await ended(first)
    await _steps(20)
    assert scene.began == ["1", "3", "2"]
    await ended(second, third)


async def test_one_that_wants_two_targets_keeps_its_place_at_both(scene: Scene) -> None:
    tasks = [scene.change("1", "a"), scene.change("2", "a", "b"), scene.change("3", "b")]
    await _steps(20)
    assert scene.began == ["1"]
    await ended(tasks[0])
    await _steps(20)
    assert scene.began == ["1", "2"]
    await ended(tasks[1])
    await _steps(20)
    assert scene.began == ["1", "2", "3"]
    await ended(tasks[2])


async def test_who_has_not_said_what_he_wants_holds_up_those_behind_until_he_leaves(
    scene: Scene,
) -> None:
    silent = scene.turns.arrive("nas")
    behind = scene.change("2", "a")
    await _steps(20)
    assert scene.began == []
    scene.turns.leave(silent)
    await _steps(20)
    assert scene.began == ["2"]
    await ended(behind)


async def test_another_host_is_another_order(scene: Scene) -> None:
    scene.turns.arrive("db1")
    task = scene.change("1", "a")
    await _steps(20)
    assert scene.began == ["1"]
    await ended(task)


async def test_a_wait_for_others_that_is_cancelled_leaves_no_place(scene: Scene) -> None:
    """Nobody else gives the place back here: `hold` does, at each of its awaits."""
    silent = scene.turns.arrive("nas")
    waits, behind = scene.change("2", "a"), scene.change("3", "a")
    await _steps(20)
    await ended(waits)
    scene.turns.leave(silent)
    await _steps(20)
    assert scene.began == ["3"]
    await ended(behind)
    assert (scene.turns._arrived, scene.turns._queues) == ({}, {})


async def test_a_wait_between_two_places_that_is_cancelled_leaves_none(scene: Scene) -> None:
    holds_b = scene.change("1", "b")
    between = scene.change("2", "a", "b")
    behind = scene.change("3", "a")
    await _steps(20)
    assert scene.began == ["1"]
    await ended(between)
    await _steps(20)
    assert scene.began == ["1", "3"]
    await ended(holds_b, behind)
    assert (scene.turns._arrived, scene.turns._queues) == ({}, {})


async def test_who_is_stopped_while_he_waits_never_begins_and_leaves_no_place(scene: Scene) -> None:
    silent = scene.turns.arrive("nas")
    waits = scene.change("2", "a")
    await _steps(20)
    scene.stop.set()
    with pytest.raises(Stopped):
        await waits
    scene.turns.leave(silent)
    assert scene.began == []
    assert (scene.turns._arrived, scene.turns._queues) == ({}, {})


async def test_one_that_wants_nothing_passes(scene: Scene) -> None:
    tasks = [scene.change("1", "a"), scene.change("2")]
    await _steps(20)
    assert scene.began == ["1", "2"]
    await ended(*tasks)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_ticket_that_was_given_back_waits_for_nobody_who_came_later(
    scene: Scene, times: int
) -> None:
    early = scene.turns.arrive("nas")
    for _ in range(times):
        scene.turns.leave(early)
    scene.turns.arrive("nas")
    task = scene.change("1", "a", ticket=early)
    await _steps(20)
    assert scene.began == ["1"]
    await ended(task)


async def test_an_error_inside_lets_the_next_one_in() -> None:
    turns = Turns()

    async def fails() -> None:
        async with turns.hold(turns.arrive("nas"), frozenset("ab"), asyncio.Event()):
            raise LookupError

    async def works() -> str:
        async with turns.hold(turns.arrive("nas"), frozenset("b"), asyncio.Event()):
            return "done"

    tasks: list[Callable[[], Awaitable[object]]] = [fails, works]
    failed, done = await asyncio.gather(*(t() for t in tasks), return_exceptions=True)
    assert isinstance(failed, LookupError)
    assert done == "done"
    assert turns._queues == {}


async def test_what_is_under_way_or_may_yet_want_it_leaves_a_target_not_free() -> None:
    turns, wanted = Turns(), frozenset({"web", "/web"})
    assert turns.free("nas", wanted)
    ticket = turns.arrive("nas")
    assert not turns.free("nas", wanted), "it has not said yet what it wants"
    assert turns.free("db1", wanted)
    async with turns.hold(ticket, frozenset({"/web"}), asyncio.Event()):
        assert not turns.free("nas", wanted)
        assert turns.free("nas", frozenset({"db"}))
    assert turns.free("nas", wanted)
