"""Who owns a task hears of its failure, knows how many run, and ends them."""

from __future__ import annotations

import asyncio

import pytest

from bot.tasks import Tasks, together, until


async def fails(error: Exception) -> None:
    raise error


async def test_one_that_fails_is_logged_with_its_error(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks("it went wrong")
    tasks.own(fails(RuntimeError("a bug")))
    await tasks.close(1.0)
    assert "it went wrong" in caplog.text
    assert "a bug" in caplog.text


async def test_what_is_expected_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks("it went wrong", expected=LookupError)
    tasks.own(fails(KeyError("expected")))
    await tasks.close(1.0)
    assert caplog.text == ""


async def test_there_is_room_for_so_many_and_again_when_one_has_ended() -> None:
    gate, ended = asyncio.Event(), asyncio.Event()
    tasks = Tasks("x", 2, ended=ended.set)
    tasks.own(gate.wait())
    await tasks.until_room()
    tasks.own(asyncio.Event().wait())
    assert tasks.room == 0
    waiting = asyncio.ensure_future(tasks.until_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert not ended.is_set()
    gate.set()
    await waiting
    assert (tasks.room, ended.is_set()) == (1, True)
    await tasks.close()


async def test_closing_lets_what_can_end_end() -> None:
    tasks, done = Tasks("x"), asyncio.Event()

    async def ends() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.own(ends())
    await tasks.close(10.0)
    assert done.is_set()


async def test_closing_ends_what_hangs(caplog: pytest.LogCaptureFixture) -> None:
    tasks, hangs = Tasks("x"), asyncio.ensure_future(asyncio.Event().wait())
    tasks.own(hangs)
    await tasks.close()
    assert hangs.cancelled()
    assert caplog.text == ""


async def test_closing_ends_without_what_can_not_be_cancelled() -> None:
    tasks, free = Tasks("x"), asyncio.Event()

    async def stubborn() -> None:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue

    tasks.own(stubborn())
    await asyncio.sleep(0)
    await tasks.close()
    assert tasks._running
    free.set()
    await tasks.close(1.0)


async def test_all_end_together_and_an_error_is_raised() -> None:
    hangs = asyncio.Event()
    with pytest.raises(RuntimeError, match="a bug"):
        await until(asyncio.Event(), 1.0, fails(RuntimeError("a bug")), _waits(hangs))
    stop = asyncio.Event()
    stop.set()
    await until(stop, 1.0, _waits(hangs))


async def _waits(event: asyncio.Event) -> None:
    await event.wait()


async def test_what_runs_together_ends_together() -> None:
    ended = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def ends() -> None:
        await asyncio.sleep(0)

    await together(waits(), ends())
    assert ended.is_set()
    ended.clear()
    with pytest.raises(LookupError, match="a bug"):
        await together(waits(), fails(LookupError("a bug")))
    assert ended.is_set()
    ended.clear()
    task = asyncio.ensure_future(together(waits(), waits()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
