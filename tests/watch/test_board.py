"""What a board must withstand: storms, cards nobody may see, slow lines, clocks that are set."""

from __future__ import annotations

import time
from dataclasses import replace

from bot.watch.alert import Alert, Evidence, Reading
from bot.watch.board import Board
from bot.watch.card import LATER
from bot.watch.condition import Native
from bot.watch.notice import Audience, Kind
from bot.watch.rule import Rule, Severity, Step
from bot.watch.subject import Subject
from tests.watch.world import CHAT, HOST, World, event

DOWN = Rule("down", Native.EXITED)
OOM = Rule("oom", Native.OOM, severity=Severity.CRITICAL)
SECOND, THIRD, MOVED = 43, -44, -100_42


def failing(*names: str, rule: Rule = DOWN, **settings: object) -> World:
    """Each of these has ended, and that is told."""
    world = World((rule,), **settings)  # type: ignore[arg-type]
    for name in names:
        world.happens(name, "start")
        crash(world, name)
    world.look()
    return world


def crash(world: World, name: str) -> None:
    if world.rules[0].when is Native.OOM:
        world.happens(name, "oom")
    world.happens(name, "die", exitCode="1")


def told(world: World, *kinds: Kind) -> list[tuple[str, list[str]]]:
    return [
        (t.kind.value, [m.key.rpartition("/")[2] for m in t.notice.members])
        for t in world.told
        if not kinds or t.kind in kinds
    ]


def test_a_card_of_an_alert_that_cannot_be_read_does_not_stop_the_others() -> None:
    world = failing("a1")
    world.happens("a2", "start")
    cards = tuple(world.board.cards.values())
    world.board = world._board()
    world.board.load([], cards, world.now)
    world.happens("a1", "start")
    crash(world, "a2")
    world.look()
    assert "a2" in told(world)[-1][1]


def test_what_arrived_after_all_is_resolved_too() -> None:
    """The edit that says it is over replaces the message that is on its way."""
    world = World((DOWN,), slow=True)
    world.happens("a1", "start")
    crash(world, "a1")
    world.look()
    world.happens("a1", "start")
    world.board.look(DOWN, HOST, world._readings(DOWN), world.now)
    for notice in world.board.due(world.now):
        world._store(notice)
    world._settle()
    world.advance(60)
    assert told(world) == [("card", ["a1"]), ("card", ["a1"]), ("resolved", ["a1"])]


def waiting() -> World:
    """Two are told, the third waits for the next edit, minutes away."""
    world = failing("a1")
    for name in ("a2", "a3"):
        world.advance(60)
        world.happens(name, "start")
        crash(world, name)
        world.look()
    return world


def test_who_takes_a_card_takes_only_what_it_shows() -> None:
    world = waiting()
    world.take("a1", 300)
    owners = {a.subject.name: a.owner is not None for a in world.board.alerts.values()}
    assert owners == {"a1": True, "a2": True, "a3": False}


def test_evidence_does_not_hurry_what_is_to_come_later() -> None:
    world = waiting()
    world.board.attach(f"down/{HOST}//a3", Evidence(code=1))
    world.look()
    assert told(world) == [("card", ["a1"]), ("card", ["a1", "a2"])]
    world.advance(LATER)
    assert told(world)[2:] == [("card", ["a1", "a2", "a3"])]


def test_a_clock_that_is_put_back_does_not_hold_up_a_card() -> None:
    world = World((DOWN,), grace=180)
    world.board.started(HOST, world.now)
    world.happens("a1", "start")
    crash(world, "a1")
    world.look()
    world.now -= 7200
    world.advance(200)
    assert told(world) == [("card", ["a1"])]


def test_a_snooze_is_no_longer_for_a_clock_that_is_put_back() -> None:
    world = failing("a1")
    world.snooze("a1", 600)
    world.look()
    world.now -= 7200
    world.advance(700)
    assert told(world)[-1] == ("again", ["a1"])


def test_nobody_is_told_who_may_not_hear_any_more() -> None:
    world = failing("a1")
    world.audience = Audience((CHAT,), hears=lambda _chat, _host: False)
    world.happens("a2", "start")
    crash(world, "a2")
    world.happens("a1", "start")
    world.advance(400)
    assert told(world) == [("card", ["a1"])]
    assert not world.board.cards


CHAIN = replace(OOM, chain=(Step(SECOND, 300), Step(THIRD, 900)))


def chats(world: World) -> list[int]:
    return [t.notice.card.chat for t in world.told]


def test_each_is_asked_in_turn() -> None:
    world = failing("a1", rule=CHAIN)
    world.advance(290)
    assert chats(world) == [CHAT]
    world.advance(20)
    assert chats(world) == [CHAT, SECOND]
    world.restart()
    world.advance(600)
    assert chats(world) == [CHAT, SECOND, THIRD]


def test_only_who_is_next_is_asked_at_once() -> None:
    world = failing("a1", rule=CHAIN, shut=frozenset({CHAT}))
    world.advance(60)
    assert chats(world) == [SECOND]
    world.shut = frozenset({CHAT, SECOND})
    world.happens("a2", "start")
    crash(world, "a2")
    world.advance(60)
    assert chats(world) == [SECOND, THIRD]


def test_nobody_is_passed_over_while_somebody_beside_him_was_reached() -> None:
    both = Audience((CHAT, 45))
    world = failing("a1", rule=CHAIN, shut=frozenset({45}), audience=both)
    world.advance(60)
    assert chats(world) == [CHAT]


def test_who_may_not_hear_of_a_host_is_passed_over() -> None:
    world = failing("a1", rule=CHAIN)
    world.audience = Audience((CHAT,), hears=lambda chat, _: chat != SECOND)
    world.advance(310)
    assert chats(world) == [CHAT, THIRD]


def test_a_later_alert_waits_its_own_time_for_who_is_next() -> None:
    world = failing("a1", rule=CHAIN)
    world.advance(310)
    crash(world, "a2")
    for length, heard in ((280, False), (330, True)):
        world.advance(length)
        second = [t for t in world.told if t.notice.card.chat == SECOND]
        assert any(m.key.endswith("a2") for t in second for m in t.notice.members) is heard
    assert second[-1].kind is Kind.MORE


def test_what_is_critical_makes_a_sound_on_a_card_that_is_there() -> None:
    world = failing("a1", rule=OOM)
    world.advance(600)
    world.happens("a2", "start")
    crash(world, "a2")
    world.look()
    assert told(world) == [("card", ["a1"]), ("card", ["a1", "a2"]), ("more", ["a2"])]
    assert [t.notice.rings for t in world.told] == [True, False, True]


def test_what_flaps_in_a_chat_that_is_shut_does_not_grow() -> None:
    world = failing("a1", "a2", shut=frozenset({CHAT}))
    for _ in range(70):
        world.happens("a1", "start")
        world.advance(7200, 120)
        crash(world, "a1")
        world.advance(15)
    (card,) = world.board.cards.values()
    assert 50 < len(card.members) < 60


def test_two_thousand_alerts_are_one_card_and_little_work() -> None:
    board = Board({"down": DOWN}, lambda: Audience((CHAT,)))
    subjects = [Subject(HOST, f"c{number}") for number in range(2000)]
    begun = time.process_time()
    for holds, now in ((True, 1e9), (False, 1e9 + 60)):
        board.look(DOWN, HOST, dict.fromkeys(subjects, Reading(holds)), now)
        for subject in subjects:
            board.attach(f"down/{subject.fingerprint}", Evidence(code=1))
        (notice,) = board.due(now)
        assert len(notice.members) == 2000
        board.put(board.stored(board.cards[notice.card.id], notice, 1, now))
    assert time.process_time() - begun < 1.0


def test_what_came_and_went_within_the_hour_costs_little() -> None:
    """10,000 containers of a build server failed and are gone: each second it is looked again."""
    board = Board({"down": DOWN}, lambda: Audience((CHAT,)))
    subjects = (Subject(HOST, f"ci-{number}") for number in range(10_000))
    over = [Alert("down", s, DOWN.severity, ended=1e9, fires=(1e9,)) for s in subjects]
    board.load(over, (), 1e9)
    begun = time.process_time()
    for second in range(5):
        board.look(DOWN, HOST, {}, 1e9 + 60 + second)
    assert time.process_time() - begun < 0.1


def test_a_host_that_is_no_longer_watched_fires_no_more() -> None:
    world = failing("a1")
    alerts, cards = tuple(world.board.alerts.values()), tuple(world.board.cards.values())
    world.rules, world.board = (), world._board()
    world.board.rules = {DOWN.name: DOWN}
    world.board.load(alerts, cards, world.now, hosts=())
    world.advance(60)
    assert told(world)[-1] == ("resolved", ["a1"])


def test_what_a_health_check_runs_is_nothing_to_look_at() -> None:
    world = World((DOWN,))
    assert world.memory.hear(event(1, 1, "a1", "start"), 1)
    assert not world.memory.hear(event(1, 2, "a1", "exec_start: sh -c true"), 1)


def moved(world: World) -> list[tuple[str, int, bool]]:
    """What is told once the chat has a new id: what, where, and whether it rings."""
    before = len(world.told)
    world.board.deck.move(CHAT, MOVED)
    world.audience = Audience((MOVED,))
    world.advance(60)
    return [(t.kind.value, t.notice.card.chat, t.notice.rings) for t in world.told[before:]]


def test_what_fires_in_a_chat_that_gets_a_new_id_is_shown_there_in_silence() -> None:
    world = failing("a1")
    assert moved(world) == [("card", MOVED, False)]
    world.happens("a1", "start")
    world.advance(60)
    assert told(world)[2:] == [("card", ["a1"]), ("resolved", ["a1"])]


def test_what_is_over_in_a_chat_that_gets_a_new_id_is_one_line_there() -> None:
    world = failing("a1")
    world.happens("a1", "start")
    world.board.look(DOWN, HOST, world._readings(DOWN), world.now)
    assert moved(world) == [("resolved", MOVED, False)]


def test_what_is_on_its_way_to_a_chat_that_gets_a_new_id_comes_once_and_rings() -> None:
    world = failing("a1", slow=True)
    world.board.deck.move(CHAT, MOVED)
    world.audience = Audience((MOVED,))
    world.advance(60)
    assert told(world) == [("card", ["a1"])]
    assert [t.notice.rings for t in world.told] == [True]


def test_who_is_asked_next_in_a_chat_that_gets_a_new_id_is_asked_there() -> None:
    assert CHAIN.moved(THIRD, MOVED).chain == (Step(SECOND, 300), Step(MOVED, 900))
    assert replace(DOWN, chats=(CHAT, THIRD)).moved(THIRD, MOVED).chats == (CHAT, MOVED)
