"""Looks at all rules: what each makes now of each host, and of what is probed.

Between two hosts whoever waits has a turn: of thousands of containers a look takes its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.watch.apart import Apart
from bot.watch.board import Board
from bot.watch.condition import Native
from bot.watch.gathering import Senses
from bot.watch.healing import BUDGET, HEAL
from bot.watch.place import Place
from bot.watch.probe import Probe
from bot.watch.rulebook import Rulebook
from bot.watch.subject import Subject
from storage.rules import Made


@dataclass(frozen=True, slots=True)
class Looking:
    """Has the board take in what holds."""

    book: Rulebook
    board: Board
    senses: Senses
    apart: Apart = field(default_factory=Apart)

    async def look(self, now: float) -> None:
        """Look at everything that is known as of now."""
        self.apart.begin()
        for place in self.senses.places.values():
            await self._at(place, now)
        self._at_probes(now)

    def go_by(self, made: Mapping[str, Made], now: float) -> None:
        """These were made in chats: all rules count from now on, and the labels they ask for."""
        self.book.take(made)
        self.board.adopt(self.book.rules, now, self.book.covers)
        for place in self.senses.places.values():
            if place.memory.ask_for(labels(self.book)):
                place.host.feed.ask()

    async def _at(self, place: Place, now: float) -> None:
        if place.reachable is None:
            return
        rules = [r for r in self.board.rules.values() if self.book.covers(r.name, place.host.name)]
        host, containers = place.host, tuple(place.memory)
        with self.apart(f"the logs of {host.name}"):
            self.senses.logs.look(host, rules, containers, reachable=place.reachable)
        for rule in rules:
            if isinstance(rule.when, Probe):
                continue
            with self.apart(f"rule {rule.name} on {host.name}"):
                found = place.readings(rule, now, partial(self.board.firing, rule.name))
                self.board.look(rule, host.name, found, now)
            await asyncio.sleep(0)
        missed = any(rule.when is Native.GONE for rule in rules)
        place.memory.forget(now, missed=missed)

    def _at_probes(self, now: float) -> None:
        for rule in self.board.rules.values():
            if isinstance(rule.when, Probe):
                host = rule.when.host
                found = {Subject(host, rule.name): self.senses.probes.reading(rule.name, rule.when)}
                self.board.look(rule, host, found, now)


def labels(book: Rulebook) -> frozenset[str]:
    """The labels of containers that are asked for."""
    return book.labels | {HEAL, BUDGET}
