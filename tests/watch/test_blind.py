"""When nothing could be told, or seen, that is told once: for how long, and what was missed."""

from __future__ import annotations

from bot.i18n import ENGLISH
from bot.reply import Reply, Text
from bot.reply.words import Words
from bot.watch.alert import Alert, State
from bot.watch.blind import Outage, Sight
from bot.watch.rule import Severity
from bot.watch.subject import Subject

NOW = 1_780_974_000.0
WORDS = Words("en", "UTC", ENGLISH, lambda: NOW)
CHAT = 42


def said(reply: Reply) -> list[str]:
    return [WORDS.plain(block.message) for block in reply.blocks if isinstance(block, Text)]


def alert(name: str, fired: float, ended: float | None, severity: Severity) -> Alert:
    state = State.FIRING if ended is None else State.INACTIVE
    subject = Subject("nas", name)
    return Alert("down", subject, severity, state, fires=(fired,), ended=ended)


def test_a_chat_that_took_nothing_for_minutes_is_told() -> None:
    sight = Sight()
    sight.look({CHAT: 1}, NOW)
    sight.look({CHAT: 1}, NOW + 798)
    sight.look({CHAT: 1, 43: 2}, NOW + 800)
    sight.look({}, NOW + 840)
    assert sight.over == {CHAT: Outage(NOW, NOW + 840)}
    sight.told(NOW + 840)
    sight.look({}, NOW + 850)
    assert not sight.over


def test_a_short_while_is_nothing() -> None:
    sight = Sight()
    sight.look({CHAT: 1}, NOW)
    sight.look({}, NOW + 299)
    assert not sight.over


def test_a_chat_that_always_has_one_more_waiting_is_no_outage() -> None:
    sight = Sight()
    for row in range(100):
        sight.look({CHAT: row}, NOW + 10 * row)
    assert not sight.over


def test_that_it_was_off_is_told_once_all_is_gathered_and_not_forgotten_before() -> None:
    sight = Sight()
    sight.started(NOW - 840, NOW)
    for later in (0, 100, 180):
        assert sight.off(NOW + later) is None
        assert sight.seen(NOW + later) is None
        sight.told(NOW + later)
    assert sight.off(NOW + 181) == Outage(NOW - 840, NOW, off=True)
    assert sight.seen(NOW + 181) == NOW + 181
    sight.told(NOW + 181)
    assert sight.off(NOW + 300) is None


def test_when_it_ran_is_stored_every_minute() -> None:
    sight = Sight()
    sight.started(NOW - 10, NOW)
    stored = []
    for later in range(0, 200, 2):
        if (seen := sight.seen(NOW + later)) is not None:
            stored.append(seen - NOW)
        sight.told(NOW + later)
    assert stored == [0, 60, 120, 180]


def test_what_was_missed_is_counted_and_rings_if_it_is_critical() -> None:
    outage = Outage(NOW, NOW + 840)
    before = alert("a1", NOW - 60, None, Severity.CRITICAL)
    over = alert("a2", NOW + 60, NOW + 120, Severity.CRITICAL)
    ended = alert("a3", NOW - 60, NOW + 60, Severity.WARNING)
    reply = outage.report([before, over, ended])
    first, *counts = said(reply)
    assert first.startswith("I could not write here for 14 min, from ")
    assert counts == ["Since then 1 alert has fired.", "Since then 2 alerts are over."]
    assert not reply.rings
    assert outage.report([alert("a4", NOW + 60, None, Severity.CRITICAL)]).rings
    (alone,) = said(Outage(NOW, NOW + 840, off=True).report([before]))
    assert alone.startswith("I was off for 14 min, from ")
