"""`pierhead health` beside a running bot: it tells polls that are answered from a mere process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot import heartbeat
from bot.hosts.sampler import Sampler
from bot.hosts.system import System
from bot.i18n import ENGLISH
from bot.pipeline.recovery import Recovery
from bot.reply.words import Words
from bot.watch.alert import Reading
from bot.watch.place import Place
from bot.watch.rounds import Rounds
from bot.watch.rule import Rule
from bot.watch.schedules import Schedules
from bot.watch.subject import Subject
from sandbox import Fault, Sandbox
from storage.calls import Call
from storage.errors import StorageError
from tests.e2e.conftest import OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import eventually
from tests.e2e.test_alerts import saying

DEAD = "Pierhead is not running here, or has not polled yet."
NOT_YET = "Telegram has not answered yet."
SILENT = re.compile(r"Telegram has not answered for \d+ min( \d+ s)?\.")


@pytest.fixture
def alone(telegram: Sandbox, tmp_path: Path, clock: Clock) -> Pierhead:
    """A bot whose Engine is not there: that does not make the bot itself unwell."""
    return Pierhead(environment_of(telegram, "unix:///nowhere/docker.sock", tmp_path), clock)


def file_of(alone: Pierhead) -> Path:
    return heartbeat.file_of(alone.environment["PIERHEAD_STORAGE__URL"])


def health(alone: Pierhead) -> str:
    """What is wrong, in English."""
    words = Words("en", "UTC", ENGLISH, alone.clock)
    return " ".join(map(words.plain, heartbeat.judge(file_of(alone), alone.clock())))


async def test_polls_that_are_not_answered_are_told_until_they_are_again(
    alone: Pierhead, telegram: Sandbox, clock: Clock
) -> None:
    async with alone.running():
        await eventually(lambda: health(alone) == "", clock, 0.1)
        telegram.fail("getUpdates", Fault.hang(), times=100)
        await telegram.private(OWNER).ask("/whoami")  # by the poll that was under way
        clock.advance(90)
        await eventually(lambda: health(alone) == "", clock, 0.1)
        clock.advance(30)
        await eventually(lambda: SILENT.fullmatch(health(alone)) is not None, clock, 0.1)
        telegram.heal()
        await eventually(lambda: health(alone) == "", clock, 0.1)


async def test_what_a_killed_run_left_is_no_sign_of_the_next(
    alone: Pierhead, telegram: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = heartbeat.Heartbeat(file_of(alone))
    killed.beat(heartbeat.POLLED, clock())
    killed.beat(heartbeat.STORED, clock())
    killed.write()
    assert health(alone) == ""
    seen = []
    take_over = Recovery.take_over

    async def look(recovery: Recovery) -> list[Call]:
        seen.append(health(alone))
        return await take_over(recovery)

    monkeypatch.setattr(Recovery, "take_over", look)
    telegram.fail("getUpdates", Fault.hang(), times=100)
    async with alone.running():
        await eventually(lambda: health(alone) == NOT_YET, clock, 0.1)
        telegram.heal()
    assert seen == [DEAD]
    assert not file_of(alone).exists()


@pytest.mark.parametrize(
    ("owner", "name", "told"),
    [
        (Schedules, "_round", "Schedules were not looked at for"),
        (Rounds, "once", "Alerts were not looked at for"),
        (Sampler, "sweep", "What containers use was not read for"),
    ],
)
async def test_what_stalls_is_told(
    alone: Pierhead,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    told: str,
) -> None:
    alone.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    stalls = asyncio.Event()
    work = getattr(owner, name)

    async def stalling(*given: object) -> object:
        if stalls.is_set():
            await asyncio.get_running_loop().create_future()
        return await work(*given)

    monkeypatch.setattr(owner, name, stalling)
    async with alone.running():
        await eventually(lambda: health(alone) == "", clock, 0.1)
        stalls.set()
        await eventually(lambda: told in health(alone), clock, 1)


async def refused(*_: object) -> None:
    raise StorageError("the disk is full")


async def broken(*_: object) -> None:
    raise LookupError("a bug")


@pytest.mark.parametrize(
    ("owner", "name", "fails", "said"),
    [
        (Schedules, "_round", refused, "Schedules were not looked at for"),
        (Rounds, "once", refused, "Alerts were not looked at for"),
        (Rounds, "once", broken, "Alerts were not looked at for"),
    ],
)
async def test_what_fails_again_and_again_is_told(
    alone: Pierhead,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    fails: object,
    said: str,
) -> None:
    alone.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    monkeypatch.setattr(owner, name, fails)
    async with alone.running():
        await eventually(lambda: said in health(alone), clock, 1)


@pytest.mark.parametrize(
    ("owner", "name"), [(Sampler, "sweep"), (System, "df"), (System, "identity")]
)
async def test_an_engine_that_answers_oddly_ends_nothing(
    alone: Pierhead,
    telegram: Sandbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
) -> None:
    """A mistake in reading one host's answers must not end the watch over all others."""
    alone.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    tries = 0

    async def odd(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise LookupError("a bug")

    monkeypatch.setattr(owner, name, odd)
    async with alone.running():
        await eventually(lambda: tries > 1, clock, 60)
        await telegram.private(OWNER).ask("/whoami")
        if owner is Sampler:
            await eventually(lambda: "What containers use was not" in health(alone), clock, 1)


async def test_a_rule_that_can_t_be_looked_at_stops_no_other_and_is_told(
    alone: Pierhead, telegram: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    readings = Place.readings

    def some(
        place: Place, rule: Rule, now: float, firing: Callable[[Subject], bool]
    ) -> Mapping[Subject, Reading]:
        if rule.name == "exited":
            raise LookupError("a bug")
        return readings(place, rule, now, firing)

    monkeypatch.setattr(Place, "readings", some)
    phone = telegram.private(OWNER)
    async with alone.running():
        await eventually(lambda: bool(saying(phone, "CRITICAL local")), clock, 1)
        await eventually(lambda: "Alerts were not looked at for" in health(alone), clock, 1)
