"""Which logs the rules are about, what matches in them, and since when that is known.

A log is followed from now on, or from the start of a container that has started meanwhile: what was
logged before is never taken for new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.hosts import Host
from bot.hosts.pattern import Pattern
from bot.tasks import Tasks
from bot.watch.alert import Evidence
from bot.watch.condition import Logged
from bot.watch.logreader import Followed, LogReader
from bot.watch.matches import Matches
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched

log = logging.getLogger(__name__)

MOST = 64  # logs that are followed at once
SAMPLED = "sampled"
_PATTERNS = 128
_SETTLES = 10.0  # seconds in which the end of one that was read is heard of as well

_Key = tuple[str, str]
_About = tuple[str, Logged, Subject]
_Moment = tuple[int, int]


@dataclass(slots=True)
class LogRules:
    """Of all hosts. `clock` is monotonic, in seconds, as `sleep` takes them."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _matches: dict[_About, Matches] = field(default_factory=dict)
    _followed: dict[_Key, Followed] = field(default_factory=dict)
    _running: dict[str, set[tuple[str, _Moment | None]]] = field(default_factory=dict)
    _left_out: dict[str, int] = field(default_factory=dict)
    _reader: LogReader = field(init=False)
    _tasks: Tasks = field(default_factory=lambda: Tasks("a log can't be followed"))

    def __post_init__(self) -> None:
        self._reader = LogReader(self.clock, self.sleep)

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
                self._reader.unread(matches)
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

    def left_out(self, host: str) -> int:
        """How many logs of a host the rules ask for that are not followed: `MOST` are."""
        return self._left_out.get(host, 0)

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

    def _follow(
        self,
        host: Host,
        one: Watched,
        matches: tuple[Matches, ...],
        known: Followed | None,
        *,
        started: bool,
    ) -> None:
        """Follow one, unless that is done already: one that has ended is waited for to start.

        One that runs all the same was not seen to start: it is followed from now on.
        """
        if known is None:
            known = self._followed[host.name, one.id] = Followed(one)
        known.matches = matches
        ended = known.task is not None and known.task.done()
        unseen = ended and self.clock() - known.over > _SETTLES
        if unseen and not started:
            self._reader.unread(matches)
        if known.task is None or (ended and started) or unseen:
            known.one = one
            known.task = asyncio.ensure_future(self._reader.run(host, known, started=started))
            self._tasks.own(known.task)

    def _drop(self, key: _Key) -> None:
        gone = self._followed.pop(key)
        if gone.task is not None:
            gone.task.cancel()

    def _say(self, host: str, left_out: int) -> None:
        if left_out != self._left_out.get(host, 0):
            self._left_out[host] = left_out
            log.warning("%s: %d logs are not followed: %d at once is all", host, left_out, MOST)


@lru_cache(_PATTERNS)
def _compiled(text: str) -> Pattern:
    return Pattern(text)
