"""Which logs are followed, from where on, and how much of them is read at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any, cast

import pytest

from bot.errors import DockerFault
from bot.hosts import Host
from bot.hosts.types import LogLine
from bot.message import Untrusted, msg
from bot.watch.alert import Evidence
from bot.watch.condition import Logged
from bot.watch.logrules import MOST, LogRules
from bot.watch.matches import Matches
from bot.watch.rule import Rule
from bot.watch.subject import Selector, Subject
from bot.watch.watched import Watched
from tests.hosts.remembering import Time

WHEN = Logged("ERROR", 2, 600.0)
RULE = Rule("errors", WHEN)
WEB = Watched("web", "1", Subject("nas", "web"), running=True)


def named(number: int) -> Watched:
    """One of many containers."""
    subject = Subject("nas", f"w{number}")
    return replace(WEB, id=str(number), name=subject.name, subject=subject)


class Logs:
    """Logs of a made-up host: what they are asked for, and what is written to them."""

    name = "nas"

    def __init__(self) -> None:
        self.watched_logs = self
        self.asked: list[tuple[str, int, float | None]] = []
        self.open: dict[str, asyncio.Queue[str | Exception | None]] = {}
        self.flood: Callable[[], str] | None = None
        self.read = 0

    async def follow(
        self, id_: str, *, tail: int, since: float | None
    ) -> AsyncGenerator[LogLine, None]:
        self.asked.append((id_, tail, since))
        queue = self.open[id_] = asyncio.Queue()
        try:
            while True:
                line = self.flood() if self.flood else await queue.get()
                if isinstance(line, Exception):
                    raise line
                if line is None:
                    return
                self.read += 1
                yield LogLine(1, Untrusted(line))
        finally:
            if self.open.get(id_) is queue:
                del self.open[id_]


class Watch:
    """Log rules on one made-up host."""

    def __init__(self) -> None:
        self.time, self.logs = Time(), Logs()
        self.rules = LogRules(self.time, self.time.sleep)

    async def look(self, *containers: Watched, rule: Rule = RULE, reachable: bool = True) -> None:
        host = cast("Host", cast("Any", self.logs))
        self.rules.look(host, [rule], containers, reachable=reachable)
        await self.time.pass_by(0)

    async def write(self, *lines: str | Exception | None, to: str = "1") -> None:
        for line in lines:
            self.logs.open[to].put_nowait(line)
        await self.time.pass_by(0)

    def count(self, one: Watched = WEB) -> float | None:
        return self.rules.count("errors", WHEN, one)


@asynccontextmanager
async def watch() -> AsyncIterator[Watch]:
    made = Watch()
    yield made
    await made.rules.close()


async def test_a_log_is_followed_from_now_on_and_counted() -> None:
    async with watch() as w:
        await w.look(WEB, replace(WEB, id="2", name="off", running=False))
        assert w.logs.asked == [("1", 0, None)]
        await w.write("INFO", "ERROR 1", "ERROR 2")
        assert w.count() is None, "there may have been more before"
        await w.write("ERROR 3")
        assert w.count() == 3
        assert w.rules.evidence("errors", WHEN, WEB.subject, Evidence()) == Evidence(
            lines=("3 × ERROR 3",)
        )
        await w.time.pass_by(620)
        assert w.count() == 0


async def test_what_has_started_is_read_from_its_start_once() -> None:
    async with watch() as w:
        await w.look()
        again = replace(WEB, started=(50, 500_000_000))
        await w.look(again)
        assert w.logs.asked == [("1", 1000, 48.5)]
        await w.write(None)
        await w.look(again)
        assert len(w.logs.asked) == 1, "it has ended, which is not heard yet"
        await w.look(replace(again, running=False))
        later = replace(again, started=(60, 0), ended=59.5)
        await w.look(later)
        assert w.logs.asked[1:] == [("1", 1000, 59.5)]
        await w.look(later)
        assert len(w.logs.asked) == 2


async def test_after_an_engine_was_silent_nothing_old_is_read() -> None:
    async with watch() as w:
        await w.look()
        await w.look(reachable=False)
        await w.look(replace(WEB, started=(50, 0)))
        assert w.logs.asked == [("1", 0, None)]


@pytest.mark.parametrize("end", [None, LookupError("a bug")])
async def test_one_whose_start_nobody_saw_is_followed_again(
    end: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    """An Engine restarts: its logs end, and what is running again was not seen to start."""
    async with watch() as w:
        await w.look(WEB)
        await w.look(reachable=False)
        await w.write(end)
        await w.look(WEB)
        await w.time.pass_by(11)
        await w.look(WEB)
        assert w.logs.asked[1:] == [("1", 0, None)]
        await w.time.pass_by(590)
        assert w.count() is None, "what was logged meanwhile is not known"
        await w.write(*["ERROR"] * 3)
        assert w.count() == 3
        assert len(caplog.messages) == (end is not None)


async def test_a_rule_that_comes_later_reads_nothing_old() -> None:
    async with watch() as w:
        one = replace(WEB, started=(50, 0))
        await w.look(one, rule=replace(RULE, on=Selector(name="db")))
        assert not w.logs.asked
        await w.look(one)
        assert w.logs.asked == [("1", 0, None)]


async def test_one_that_is_of_no_rule_any_more_is_let_go() -> None:
    async with watch() as w:
        await w.look(WEB)
        await w.write(*["ERROR"] * 3)
        await w.look(WEB, rule=replace(RULE, on=Selector(name="db")))
        await w.time.pass_by(1)
        assert not w.logs.open
        assert w.count() is None


async def test_a_log_that_can_t_be_read_is_tried_again() -> None:
    async with watch() as w:
        await w.look(WEB)
        await w.write(DockerFault(msg("gone")))
        await w.time.pass_by(4)
        assert len(w.logs.asked) == 1
        await w.time.pass_by(1)
        assert w.logs.asked[1:] == [("1", 0, None)]
        await w.time.pass_by(590)
        assert w.count() is None, "what was logged meanwhile is not known"
        await w.write(*["ERROR"] * 3)
        assert w.count() == 3


async def test_a_rule_that_is_changed_counts_anew() -> None:
    async with watch() as w:
        await w.look(WEB)
        await w.write(*["FATAL"] * 5)
        when = Logged("FATAL", 2, 600.0)
        await w.look(WEB, rule=Rule("errors", when))
        await w.write(*["FATAL"] * 3)
        assert w.rules.count("errors", when, WEB) == 3
        assert w.count() is None


async def test_only_so_many_are_followed_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with watch() as w:
        many = [named(n) for n in range(MOST + 3)]
        await w.look(*many)
        await w.look(*many)
        assert len(w.logs.open) == MOST
        await w.time.pass_by(700)
        await w.look(*many)
        assert w.count(many[0]) == 0
        assert w.count(many[-1]) is None, "nobody reads it"
        left = {one.name for one in many if one.id not in w.logs.open}
        assert left == {f"w{n}" for n in range(MOST, MOST + 3)}
        assert caplog.messages == ["nas: 3 logs are not followed: 64 at once is all"]


async def test_of_100_000_lines_a_second_a_bounded_part_is_read() -> None:
    """In a minute there would be 6,000,000; and the loop has its turn all the while."""
    async with watch() as w:
        number = count()
        w.logs.flood = lambda: f"ERROR {next(number)}"
        await w.look(WEB)
        await w.time.pass_by(60)
        assert 1000 <= w.logs.read <= 15_000
        assert w.count() == w.logs.read - len(w.logs.asked)
        found = w.rules.evidence("errors", WHEN, WEB.subject, Evidence())
        assert found.fault == "sampled"
        assert len(found.lines) == 1


async def test_all_together_are_bounded_too() -> None:
    async with watch() as w:
        w.logs.flood = lambda: "ERROR " + "x" * 5000
        await w.look(*map(named, range(40)))
        await w.time.pass_by(60)
        assert w.logs.read * 5 <= 4000 + 2000 * 60 + 40 * 13 * 5


async def test_a_pattern_that_is_slow_to_search_for_takes_its_share_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each line takes 50 ms: of a minute that would be all, and the loop with it."""
    async with watch() as w:
        spent = 0.0

        def slow(_matches: Matches, text: str, _now: float) -> None:
            nonlocal spent
            assert len(text) <= 2048
            spent += 0.05
            w.time.now += 0.05

        monkeypatch.setattr(Matches, "take", slow)
        w.logs.flood = lambda: "a" * 16_000
        await w.look(WEB)
        await w.time.pass_by(60)
        assert 0 < spent < 0.15 * 60
