"""A look at everything: of many containers on many hosts it holds up nobody."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from bot.hosts import Host
from bot.hosts.subscription import Subscription
from bot.watch.alert import Alert, State
from bot.watch.board import Board
from bot.watch.condition import Native
from bot.watch.figures import Figures
from bot.watch.gathering import Senses
from bot.watch.logrules import LogRules
from bot.watch.looking import Looking
from bot.watch.memory import Memory
from bot.watch.notice import Audience
from bot.watch.place import Place
from bot.watch.probes import Probes
from bot.watch.rounds import Rounds
from bot.watch.rule import Rule
from bot.watch.rulebook import Rights, Rulebook
from bot.watch.subject import Subject
from storage.rules import Made
from tests.watch.world import CHAT, event

HOSTS = ("nas", "pi", "vps")
RULES = {name: Rule(name, Native.EXITED) for name in ("one", "two")}
NOW = 1_780_974_000.0


def place(name: str, logs: LogRules, feed: object = None) -> Place:
    """A host on which a container has ended."""
    host = cast("Host", SimpleNamespace(name=name, feed=feed))
    memory = Memory(name, ())
    memory.hear(event(NOW, 1, "db", "start"), NOW)
    memory.hear(event(NOW, 2, "db", "die", exitCode="1"), NOW)
    ears = Subscription(8, lambda _: None)
    return Place(host, memory, ears, Figures(1.0, lambda: NOW), logs, reachable=True)


def looking(*places: Place, logs: LogRules) -> Looking:
    rights = Rights(lambda *_: True, lambda *_: True, lambda *_: True)
    book = Rulebook(RULES, frozenset(), frozenset(HOSTS), rights)
    book.take({})
    board = Board(book.rules, lambda: Audience((CHAT,)))
    senses = Senses(
        {one.host.name: one for one in places}, logs, Probes((), lambda: NOW, asyncio.sleep)
    )
    return Looking(book, board, senses)


async def test_whoever_waits_has_a_turn_after_each_rule_of_each_host() -> None:
    logs = LogRules(lambda: NOW, asyncio.sleep)
    all_of_them = looking(*(place(name, logs) for name in HOSTS), logs=logs)
    turns = []

    async def waiting() -> None:
        while True:
            turns.append(len(all_of_them.board.alerts))
            await asyncio.sleep(0)

    other = asyncio.ensure_future(waiting())
    await all_of_them.look(NOW)
    other.cancel()
    assert set(turns) >= {1, 2, 3, 4, 5, 6}


def test_a_label_that_a_new_rule_asks_for_is_asked_for_at_once_and_only_once() -> None:
    logs, asked = LogRules(lambda: NOW, asyncio.sleep), []
    feed = SimpleNamespace(ask=lambda: asked.append("a list"))
    one = looking(place("nas", logs, feed), logs=logs)
    one.go_by({}, NOW)
    asked.clear()
    said = {"when": "cpu > 80%", "on": "label:tier=web"}
    made = {"busy": Made(9, "busy", 42, "Olga", CHAT, NOW, said)}
    one.go_by(made, NOW)
    one.go_by(made, NOW)
    assert asked == ["a list"]


async def test_what_fired_in_a_round_that_failed_may_have_no_rule_any_more() -> None:
    logs = LogRules(lambda: NOW, asyncio.sleep)
    all_of_them = looking(place("nas", logs), logs=logs)
    board, kept = all_of_them.board, RULES["one"]
    alerts = [
        Alert(rule.name, Subject("nas", "db"), rule.severity, State.FIRING, fires=(NOW,))
        for rule in (kept, Rule("gone", Native.EXITED))
    ]
    board.load(alerts, (), NOW, {"nas"})
    board.fresh.extend(alert.key for alert in alerts)
    unused = cast("Any", None)
    rounds = Rounds(all_of_them, unused, unused, unused, lambda: NOW, unused)
    assert [one.rule for one in await rounds._fresh()] == [kept]
