"""What must hold whatever happens, in whatever order: no alert twice, each end told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.watch.calendar import Silence
from bot.watch.condition import Native, condition
from bot.watch.notice import Audience, Kind
from bot.watch.rule import Rule, Severity, Step
from bot.watch.subject import Selector
from storage.outbox import State
from tests.watch.world import CHAT, World

RULES = (
    Rule("cpu", condition("cpu > 80%", "cpu < 70%"), wait=30),
    Rule("exited", Native.EXITED, keep=30),
    Rule("oom", Native.OOM, severity=Severity.CRITICAL, repeat=600, chain=(Step(43, 60),)),
    Rule("unreachable", Native.UNREACHABLE, wait=15, severity=Severity.CRITICAL),
)
NAMES = ("a1", "a2", "a3")

Deed = Callable[[World], None]


def _passes(seconds: float) -> Deed:
    return lambda world: world.advance(seconds)


def _jumps(seconds: float) -> Deed:
    """The clock of the machine is set."""

    def jump(world: World) -> None:
        world.now += seconds
        world.look()

    return jump


def _measures(name: str, value: float) -> Deed:
    return lambda world: world.figures.update({(name, "cpu"): value})


def _forgets(name: str) -> Deed:
    def forget(world: World) -> None:
        world.figures.pop((name, "cpu"), None)

    return forget


def _happens(name: str, action: str, code: str) -> Deed:
    return lambda world: world.happens(name, action, exitCode=code, signal="15")


def _is(field: str, value: object) -> Deed:
    return lambda world: setattr(world, field, value)


def _adopts(count: int) -> Deed:
    return lambda world: world.adopt(RULES[:count])


def _silences(name: str) -> Deed:
    return lambda world: world.silence(Silence("s", Selector(name=name), world.now + 120, "ops"))


_name = st.sampled_from(NAMES)
_deeds = st.one_of(
    st.builds(_passes, st.sampled_from([5.0, 15.0, 40.0, 90.0, 400.0])),
    st.builds(_jumps, st.sampled_from([-7200.0, -60.0, 60.0, 7200.0])),
    st.builds(_measures, _name, st.sampled_from([10.0, 75.0, 95.0])),
    st.builds(_forgets, _name),
    st.builds(
        _happens,
        _name,
        st.sampled_from(["start", "die", "oom", "kill", "destroy"]),
        st.sampled_from(["0", "1", "137"]),
    ),
    st.builds(lambda name: lambda w: w.take(name, 300), _name),
    st.builds(lambda name: lambda w: w.snooze(name, 300), _name),
    st.builds(_silences, _name),
    st.builds(_adopts, st.integers(0, len(RULES))),
    st.builds(_is, st.just("online"), st.booleans()),
    st.builds(_is, st.just("reachable"), st.booleans()),
    st.builds(_is, st.just("shut"), st.sampled_from([frozenset(), frozenset({42})])),
    st.builds(_is, st.just("slow"), st.booleans()),
    st.just(World.lose),
    st.just(World.restart),
)


def _heal(world: World) -> None:
    """Everything is well again, and stays so for long enough."""
    world.online, world.reachable, world.slow, world.shut = True, True, False, frozenset()
    world.adopt(RULES)
    for name in NAMES:
        world.happens(name, "start")
        world.figures[name, "cpu"] = 10.0
    world.advance(9000, 120)


@settings(max_examples=300)
@given(st.lists(_deeds, max_size=40))
def test_each_firing_is_told_once_and_so_is_its_end(deeds: list[Deed]) -> None:
    world = World(RULES, Audience((CHAT,), second=True))
    for deed in deeds:
        deed(world)
    _heal(world)
    fired: set[tuple[int, str, float]] = set()
    slots: dict[tuple[int, str, float], str] = {}
    ended: Counter[tuple[int, str, float]] = Counter()
    for told in world.told:
        for member in told.notice.members:
            firing = (told.notice.card.chat, *member.firing)
            if told.kind is Kind.RESOLVED:
                ended[firing] += 1
                continue
            assert slots.setdefault(firing, told.notice.card.slot) == told.notice.card.slot
            if not member.over:
                assert not ended[firing], "what has resolved fires no more"
                fired.add(firing)
    for firing in fired:
        if slots[firing] in world.doubled:  # its end may have been on its way when the line broke
            ended[firing] = min(ended[firing], 1)
    refused = _refused(world)
    assert {f: n for f, n in ended.items() if f not in refused} == dict.fromkeys(fired - refused, 1)
    new = Counter(t.notice.card.slot for t in world.told if t.kind is Kind.CARD and t.new)
    double = {slot for slot, count in new.items() if count > 1}
    assert double <= world.doubled, "one card is one message, but after an unknown outcome"
    assert not world.board.cards
    assert not any(alert.firing for alert in world.board.alerts.values())


def _refused(world: World) -> set[tuple[int, str, float]]:
    """Of what firings a chat did not take the end: it had shut the bot out just then."""
    return {
        (row.notice.card.chat, *member.firing)
        for row in world.rows
        if row.state is State.FAILED and row.notice.kind is Kind.RESOLVED
        for member in row.notice.members
    }


@settings(max_examples=150)
@given(st.lists(_deeds, max_size=25))
def test_a_restart_at_any_point_changes_nothing_that_is_seen(deeds: list[Deed]) -> None:
    audience = Audience((CHAT,), second=True)
    steady, restarted = World(RULES, audience), World(RULES, audience)
    for deed in deeds:
        deed(steady)
        deed(restarted)
        restarted.restart()
    _heal(steady)
    _heal(restarted)
    assert _seen(restarted) == _seen(steady)


def _seen(world: World) -> list[tuple[object, ...]]:
    return [
        (t.at, t.kind, t.new, t.notice.rings, [(m.firing, m.over) for m in t.notice.members])
        for t in world.told
    ]
