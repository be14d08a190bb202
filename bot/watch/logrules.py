"""Follows the logs that rules are about, and counts what matches in them.

What is read is bounded, so that what logs 100,000 lines a second costs no more than what logs a
few: of a log that is faster, only samples are read. A log is followed from now on, or from the
start of a container that has started meanwhile; what was logged before is never taken for new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.buckets import Buckets
from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.pattern import Pattern
from bot.tasks import Tasks
from bot.watch.alert import Evidence
from bot.watch.condition import Logged
from bot.watch.matches import Matches
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched

log = logging.getLogger(__name__)

MOST = 64  # logs that are followed at once
SAMPLED = "sampled"
_BURST, _RATE = 1000.0, 500.0  # what one log may have, and what comes back each second
_IN_ALL, _RATE_IN_ALL = 4000.0, 2000.0
_UNIT = 1024  # characters of a line for which it costs one more
_REST = 5.0  # seconds in which nothing is read of a log that is too fast
_PAUSE, _LONGEST_PAUSE = 5.0, 60.0
_PATTERNS = 128
_TOGETHER = 100  # lines after which others have their turn
_EARLY = 2.0  # seconds
_START = 1000  # lines since its start that are read of a container

_Key = tuple[str, str]
_About = tuple[str, Logged, Subject]
_Moment = tuple[int, int]


@dataclass(slots=True)
class _Followed:
    """A container whose log is followed, and what its lines count for."""

    one: Watched
    matches: tuple[Matches, ...] = ()
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class LogRules:
    """Of all hosts. `clock` is monotonic, in seconds, as `sleep` takes them."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _matches: dict[_About, Matches] = field(default_factory=dict)
    _followed: dict[_Key, _Followed] = field(default_factory=dict)
    _running: dict[str, set[tuple[str, _Moment | None]]] = field(default_factory=dict)
    _left_out: dict[str, int] = field(default_factory=dict)
    _budget: Buckets = field(init=False)
    _in_all: Buckets = field(init=False)
    _tasks: Tasks = field(default_factory=lambda: Tasks("a log can't be followed"))

    def __post_init__(self) -> None:
        self._budget = Buckets(_BURST, _RATE, self.clock)
        self._in_all = Buckets(_IN_ALL, _RATE_IN_ALL, self.clock)

    def look(
        self, host: Host, rules: Iterable[Rule], containers: Sequence[Watched], *, reachable: bool
    ) -> None:
        """Follow what the rules are about now, and nothing else."""
        if not reachable:
            self._running.pop(host.name, None)
            return
        wanted = self._wanted(host.name, rules, containers)
        for key in [k for k in self._followed if k[0] == host.name and k[1] not in wanted]:
            self._drop(key)
        before = self._running.get(host.name)
        left_out = 0
        for id_, (one, matches) in wanted.items():
            known = self._followed.get((host.name, id_))
            if known is None and len(self._followed) >= MOST:
                left_out += 1
                self._unread(matches)
                continue
            started = before is not None and (id_, one.started) not in before
            self._follow(host, one, matches, known, started=started)
        self._running[host.name] = {(one.id, one.started) for one in containers if one.running}
        self._say(host.name, left_out)

    def count(self, rule: str, when: Logged, one: Watched) -> float | None:
        """How many lines have matched; None where fewer are known than there may have been.

        So it is after a start of ours, and where a log could not be read.
        """
        matches, now = self._matches.get((rule, when, one.subject)), self.clock()
        if matches is None:
            return None
        count = matches.count(now)
        return count if count > when.most or now - matches.begun >= matches.seconds else None

    def evidence(self, rule: str, when: Logged, subject: Subject, found: Evidence) -> Evidence:
        """With the lines that matched."""
        matches, now = self._matches.get((rule, when, subject)), self.clock()
        if matches is None:
            return found
        sampled = SAMPLED if matches.is_sampled(now) else ""
        return replace(found, lines=matches.lines(now), fault=sampled)

    async def close(self) -> None:
        """Follow nothing any more."""
        await self._tasks.close()

    def _wanted(
        self, host: str, rules: Iterable[Rule], containers: Sequence[Watched]
    ) -> dict[str, tuple[Watched, tuple[Matches, ...]]]:
        """Of each container that runs what its lines count for; what is of no rule is forgotten."""
        found: dict[str, tuple[Watched, tuple[Matches, ...]]] = {}
        kept: set[_About] = set()
        for rule in rules:
            if not isinstance(rule.when, Logged):
                continue
            for one in containers:
                if not rule.on.fits(one.subject, one.name, one.labels):
                    continue
                about = rule.name, rule.when, one.subject
                kept.add(about)
                if one.running:
                    _, others = found.get(one.id, (one, ()))
                    found[one.id] = one, (*others, self._of(about))
        for key in [k for k in self._matches if k[2].host == host and k not in kept]:
            del self._matches[key]
        return found

    def _of(self, about: _About) -> Matches:
        known, when = self._matches.get(about), about[1]
        if known is None:
            known = Matches(_compiled(when.pattern), when.seconds, self.clock())
            self._matches[about] = known
        return known

    def _unread(self, every: Iterable[Matches]) -> None:
        """What is logged now is not known."""
        for matches in every:
            matches.begun = self.clock()

    def _follow(
        self,
        host: Host,
        one: Watched,
        matches: tuple[Matches, ...],
        known: _Followed | None,
        *,
        started: bool,
    ) -> None:
        """Follow one, unless that is done already: one that has ended is waited for to start."""
        if known is None:
            known = self._followed[host.name, one.id] = _Followed(one)
        known.matches = matches
        ended = known.task is not None and known.task.done()
        if known.task is None or (ended and started):
            known.one = one
            known.task = asyncio.ensure_future(self._run(host, known, started=started))
            self._tasks.own(known.task)

    def _drop(self, key: _Key) -> None:
        gone = self._followed.pop(key)
        if gone.task is not None:
            gone.task.cancel()

    def _say(self, host: str, left_out: int) -> None:
        if left_out != self._left_out.get(host, 0):
            self._left_out[host] = left_out
            log.warning("%s: %d logs are not followed: %d at once is all", host, left_out, MOST)

    async def _run(self, host: Host, followed: _Followed, *, started: bool) -> None:
        """Read it until the container ends; a log that is too fast, or can't be read, rests."""
        since, pause = _start(followed.one) if started else None, _PAUSE
        while True:
            try:
                if await self._read(host, followed, since):
                    return
                rest = _REST
                pause = _PAUSE
            except NotFound:
                return
            except DockerFault as error:
                if pause == _PAUSE:
                    log.warning("the log of %s can't be followed: %s", followed.one.name, error)
                self._unread(followed.matches)
                rest, pause = pause, min(2 * pause, _LONGEST_PAUSE)
            since = None
            await self.sleep(rest)

    async def _read(self, host: Host, followed: _Followed, since: float | None) -> bool:
        """Read on until its end (True), or until that is too much."""
        key, count = (host.name, followed.one.id), 0
        lines = host.watched_logs.follow(
            followed.one.id, tail=0 if since is None else _START, since=since
        )
        async with aclosing(lines):
            async for line in lines:
                text = line.text.raw
                cost = 1.0 + len(text) // _UNIT
                if self._budget.take(key, cost) or self._in_all.take("", cost):
                    for matches in followed.matches:
                        matches.sampled = self.clock()
                    return False
                for matches in followed.matches:
                    matches.take(text, self.clock())
                count += 1
                if count % _TOGETHER == 0:
                    await asyncio.sleep(0)
        return True


@lru_cache(_PATTERNS)
def _compiled(text: str) -> Pattern:
    return Pattern(text)


def _start(one: Watched) -> float | None:
    """Since when it may have logged something new: what ended before has logged before.

    The Engine tells of a start a little after the first lines of it.
    """
    if one.started is None:
        return None
    at = one.started[0] + one.started[1] / 1e9
    return max(at - _EARLY, one.ended if one.ended <= at else 0.0)
