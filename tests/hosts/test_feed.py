"""What happens on an Engine is told once, or a gap is, whatever it and the bot go through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hosts.place import Cursor
from bot.hosts.types import Event, Gap, Happening, Snapshot, Unreachable
from tests.hosts.remembering import START, Kept, Remembering, Time, Watching, feed_of, said


@pytest.fixture
def engine() -> Remembering:
    return Remembering(Time())


@pytest.fixture
async def watching(engine: Remembering) -> AsyncIterator[Watching]:
    made = Watching(engine, Kept())
    await engine.time.pass_by()
    yield made
    await made.end()


async def test_the_list_comes_first_and_then_what_happens(
    engine: Remembering, watching: Watching
) -> None:
    assert said(watching.told) == ["list"]
    engine.happen(1)
    engine.happen(2, action="die")
    await engine.time.pass_by()
    assert said(watching.told) == ["list", "1", "2"]
    await engine.time.pass_by(1)
    assert said(watching.told) == ["list", "1", "2", "list"]  # one list for both


async def test_what_shows_in_no_list_costs_none(engine: Remembering, watching: Watching) -> None:
    engine.happen(1, action="exec_start: ls")
    engine.happen(2, action="mount", kind="volume")
    await engine.time.pass_by(10)
    assert said(watching.told) == ["list", "1", "2"]
    assert engine.lists == 1


async def test_a_list_that_may_be_older_than_what_was_told_is_asked_for_again(
    engine: Remembering, watching: Watching
) -> None:
    engine.happen(1)
    await engine.time.pass_by(0.5)
    engine.meanwhile = partial(engine.happen, 2)
    await engine.time.pass_by(0.5)
    engine.meanwhile = None
    assert said(watching.told) == ["list", "1", "2"]
    await engine.time.pass_by(1)
    assert said(watching.told) == ["list", "1", "2", "list"]


async def test_where_something_changes_all_the_time_a_list_is_told_all_the_same(
    engine: Remembering, watching: Watching
) -> None:
    numbers = iter(range(1, 10_000))
    engine.happen(next(numbers))
    engine.meanwhile = lambda: engine.happen(next(numbers))
    await engine.time.pass_by(60)
    lists = [one for one in watching.told if isinstance(one, Snapshot)]
    assert 4 <= len(lists) <= 7
    assert [one.unsure for one in lists[1:]] == [frozenset({"web"})] * (len(lists) - 1)
    assert watching.feed.newest() is None, "nobody is offered what may have changed"


async def test_a_new_list_can_be_asked_for(engine: Remembering, watching: Watching) -> None:
    watching.feed.ask()
    await engine.time.pass_by(2)
    assert said(watching.told) == ["list", "list"]


async def test_the_newest_list_is_known_while_nothing_has_changed(
    engine: Remembering, watching: Watching
) -> None:
    newest = watching.feed.newest
    assert newest() is not None
    engine.happen(1)
    await engine.time.pass_by()
    assert newest() is None
    await engine.time.pass_by(1)
    assert newest() is not None
    engine.epoch = (0, 1)  # something is done through here
    assert newest() is None
    await engine.time.pass_by(61)
    assert newest() is not None
    engine.cut()
    await engine.time.pass_by()
    assert newest() is None


async def test_a_change_of_which_no_event_told_is_seen_in_a_minute(
    engine: Remembering, watching: Watching
) -> None:
    engine.rows.clear()
    await engine.time.pass_by(61)
    assert watching.feed.newest() == ()
    assert engine.lists == 2


async def test_after_a_cut_what_was_missed_is_told(engine: Remembering, watching: Watching) -> None:
    engine.happen(1)
    await engine.time.pass_by(2)
    engine.cut()
    engine.happen(2)
    await engine.time.pass_by(2)
    assert said(watching.told) == ["list", "1", "list", "lost", "2", "list"]


async def test_an_engine_that_was_restarted_has_a_gap_and_a_list(
    engine: Remembering, watching: Watching
) -> None:
    engine.happen(1)
    await engine.time.pass_by(2)
    engine.now += 60 * 10**9
    engine.restart()
    await engine.time.pass_by(5)
    assert said(watching.told)[2:] == ["list", "lost", "gap", "list"]
    gap = watching.told[-2]
    assert gap == Gap((START + 1, 1), (START + 62, 0))
    engine.happen(2)
    await engine.time.pass_by()
    assert said(watching.told)[-1] == "2"


async def test_an_engine_that_is_down_is_tried_for_ever(
    engine: Remembering, watching: Watching
) -> None:
    engine.down = True
    engine.cut()
    await engine.time.pass_by(12 * 3600)
    lost = [one.tries for one in watching.told if isinstance(one, Unreachable)]
    assert lost == list(range(1, len(lost) + 1))
    assert 1400 < len(lost) < 1500
    engine.down = False
    await engine.time.pass_by(32)
    assert said(watching.told)[-1] == "list"


async def test_a_silent_engine_is_noticed(engine: Remembering, watching: Watching) -> None:
    engine.silent = True
    await engine.time.pass_by(26)
    assert said(watching.told) == ["list", "lost"]
    engine.silent = False
    await engine.time.pass_by(12)
    assert said(watching.told)[-1] == "list"


async def test_what_happened_while_the_bot_was_off_is_told(engine: Remembering) -> None:
    cursors = Kept()
    first = Watching(engine, cursors)
    await engine.time.pass_by()
    engine.happen(1)
    await engine.time.pass_by(2)
    await first.end()
    engine.happen(2)
    second = Watching(engine, cursors)
    await engine.time.pass_by(2)
    assert said(second.told) == ["2", "list"]
    await second.end()


async def test_another_engine_begins_anew_with_a_gap(engine: Remembering) -> None:
    engine.happen(1)
    watching = Watching(engine, Kept(Cursor("OLD", None, ((1, 1, "x"),))))
    await engine.time.pass_by(2)
    assert said(watching.told) == ["gap", "list"]
    await watching.end()


async def test_what_can_not_be_read_is_a_gap_and_held_up_by_nothing(
    engine: Remembering, watching: Watching
) -> None:
    engine.happen(1)
    await engine.time.pass_by(2)
    engine.say(b'{"Type": 7}\n')
    await engine.time.pass_by(3)
    assert said(watching.told)[-3:] == ["lost", "gap", "list"]
    engine.happen(2)
    await engine.time.pass_by()
    assert said(watching.told)[-1] == "2"


async def test_who_is_slow_misses_some_and_holds_up_nobody(engine: Remembering) -> None:
    feed = feed_of(engine)
    slow, quick = feed.subscribe(room=3), feed.subscribe()
    run = asyncio.ensure_future(feed.run(Kept()))
    await engine.time.pass_by()
    for number in range(1, 7):
        engine.happen(number)
    await engine.time.pass_by()
    with quick:
        assert said([await anext(quick) for _ in range(7)])[1:] == list("123456")
    with slow:
        found = [await anext(slow) for _ in range(3)]
        assert said(found) == ["list", "1", "gap"]
        assert found[2] == Gap((START + 2, 2), (START + 6, 6))
        await engine.time.pass_by(1)
        assert isinstance(await anext(slow), Snapshot)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_the_cursor_waits_for_who_has_not_handled_it(engine: Remembering) -> None:
    feed, cursors = feed_of(engine), Kept()
    run = asyncio.ensure_future(feed.run(cursors))
    with feed.subscribe() as happenings:
        await engine.time.pass_by()
        for number in (1, 2, 3):
            engine.happen(number, after=0.1)
        await engine.time.pass_by()
        for _ in range(3):
            await anext(happenings)  # the list, 1, and 2, which is still being handled
        await engine.time.pass_by(6)
        assert cursors.cursor is not None
        assert [nanos % 100 for _, nanos, _ in cursors.cursor.heard] == [1]
        await anext(happenings)
        await engine.time.pass_by(6)
        assert [nanos % 100 for _, nanos, _ in cursors.cursor.heard] == [1, 2]
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


Step = tuple[str, float]

_steps = st.one_of(
    # Two events may stand in the wrong order of their times.
    st.tuples(st.just("happen"), st.sampled_from([0.0, 0.3, 1.0, 40.0, -0.3])),
    st.tuples(st.just("pass"), st.sampled_from([0.0, 0.5, 2.0, 7.0, 40.0])),
    st.tuples(
        st.sampled_from(["cut", "restart", "down", "up", "silent", "stop", "kill"]), st.just(0.0)
    ),
)


async def _play(steps: list[Step], room: int) -> list[Happening | None]:
    """What is told over all runs of the bot, with None for a kill."""
    engine, cursors = Remembering(Time(), room), Kept()
    watching, told, number = Watching(engine, cursors), [], 0
    await engine.time.pass_by(1)
    for what, amount in [*steps, ("up", 0.0), ("pass", 100.0)]:
        match what:
            case "happen":
                number += 1
                engine.happen(number, amount)
            case "pass":
                await engine.time.pass_by(amount)
            case "cut" | "restart":
                getattr(engine, what)()
            case "down":
                engine.down = True
                engine.cut()
            case "silent":
                engine.silent = True
            case "up":
                engine.down = engine.silent = False
            case "stop" | "kill":
                kept = cursors.cursor
                await watching.end()
                told += [*watching.told, *([None] if what == "kill" else [])]
                cursors = Kept(kept) if what == "kill" else cursors
                watching = Watching(engine, cursors)
    told += watching.told
    await watching.end()
    _judge(told, number)
    return told


def _judge(told: list[Happening | None], happened: int) -> None:
    """Each event is told once, in order, or lies where a gap was told."""
    newest, gap, missing = 0, False, set[int]()
    for one in told:
        match one:
            case Gap():
                gap = True
            case Event():
                number = int(one.attributes["number"])
                if number > newest:
                    assert gap or number == newest + 1, f"{number} after {newest} without a gap"
                    missing |= set(range(newest + 1, number))
                    newest = number
                else:
                    assert number in missing, f"{number} was told twice"
                    missing.remove(number)
                gap = False
            case None:  # a kill: what was told since the cursor was kept may come again
                missing |= set(range(1, newest + 1))
    assert gap or newest == happened, f"{newest} of {happened} without a gap"


@settings(max_examples=60)
@given(st.lists(_steps, max_size=15), st.sampled_from([2, 5, 256]))
def test_each_event_is_told_once_or_a_gap_is(steps: list[Step], room: int) -> None:
    asyncio.run(_play(steps, room))


@settings(max_examples=40)
@given(st.lists(_steps.filter(lambda step: step[0] != "restart"), max_size=15))
def test_where_the_engine_remembers_all_there_is_no_gap(steps: list[Step]) -> None:
    orderly = [(what, abs(amount)) for what, amount in steps]
    told = asyncio.run(_play([("happen", 1.0), ("pass", 10.0), *orderly], 256))
    assert not any(isinstance(one, Gap) for one in told)
