"""Whether new containers are well: all are watched at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from bot.hosts import Host
from bot.hosts.snapshots import Life
from bot.message import Untrusted
from handlers.container.upgrade.health import SETTLED, Unwell, Watch


class Time:
    """Goes on when somebody sleeps, and only then, for all of them at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)  # all others have looked by now
        self.now = max(self.now, until)


class Lives:
    """Tells how each container does."""

    def __init__(self, lives: Mapping[str, Life]) -> None:
        self.snapshots = self
        self._lives = lives

    async def life(self, id_: str) -> Life:
        return self._lives[id_]


def life(**more: Any) -> Life:  # noqa: ANN401 - of any field
    usual = {"running": True, "started": 0.0, "restarts": 0, "code": 0, "health": ""}
    return Life(**{**usual, "said": Untrusted(""), "patience": 0.0, **more})


def watch(time: Time, lives: Mapping[str, Life]) -> Watch:
    host = cast("Host", Lives(lives))
    return Watch(host, None, asyncio.Event(), time, time.sleep)


async def test_all_are_watched_at_the_same_time() -> None:
    time = Time()
    lives = {name: life() for name in "abcd"}
    await watch(time, lives).until_well(*lives)
    assert SETTLED <= time() < SETTLED + 1


async def test_one_that_is_not_well_is_told_at_once() -> None:
    time = Time()
    lives = {"a": life(), "b": life(running=False, code=3)}
    with pytest.raises(Unwell):
        await watch(time, lives).until_well(*lives)
    assert time() < SETTLED / 2
    assert len(asyncio.all_tasks()) == 1  # nobody looks any more
