"""Budget and backoff: what must hold for any times at which one is found unhealthy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watch.alert import Alert, Restarted
from bot.watch.calendar import Maintenance, Silence, Window
from bot.watch.condition import Native
from bot.watch.healing import BUDGET, HEAL, HOUR, Healed, Step, budget_of, meant, pause
from bot.watch.notice import Audience, Kind
from bot.watch.rule import Rule, Severity
from bot.watch.subject import Selector
from tests.watch.world import CHAT, World

NOW = 1_780_974_000.0


def played(gaps: list[float], budget: int, since: float = NOW) -> tuple[list[float], Healed]:
    """When it was restarted, of one that is found unhealthy after each gap."""
    healed, now, made = Healed("nas", "web", budget=budget), NOW, []
    for gap in gaps:
        now += gap
        match healed.step(since, now):
            case Step.RESTART:
                healed = healed.tried(since, now)
                made.append(now)
            case Step.GIVE_UP:
                healed = Healed("nas", "web", healed.tries, budget, since=since, given_up=True)
    return made, healed


_gaps = st.lists(st.floats(0.0, 4000.0), max_size=80)


@given(_gaps, st.integers(1, 5))
def test_it_is_never_more_often_than_its_budget_within_an_hour(
    gaps: list[float], budget: int
) -> None:
    made, _ = played(gaps, budget)
    for at in made:
        assert sum(at <= other < at + HOUR for other in made) <= budget


@given(_gaps, st.integers(1, 5))
def test_each_try_waits_longer_than_the_one_before(gaps: list[float], budget: int) -> None:
    made, _ = played(gaps, budget)
    for number, at in enumerate(made[1:], 1):
        lately = [other for other in made[:number] if at - other < HOUR]
        if lately:
            assert at - max(lately) >= pause(len(lately))


@given(st.integers(1, 5), st.floats(1.0, 60.0))
def test_one_that_stays_unhealthy_is_given_up_within_the_hour_and_for_good(
    budget: int, every: float
) -> None:
    made, healed = played([every] * int(5 * HOUR / every), budget)
    assert len(made) == budget
    assert made[-1] < NOW + HOUR
    assert healed.given_up


@given(_gaps, st.integers(1, 5), st.floats(-90_000.0, 90_000.0))
def test_a_clock_that_is_set_makes_it_wait_an_hour_at_most(
    gaps: list[float], budget: int, jump: float
) -> None:
    made, healed = played(gaps, budget)
    now = (made[-1] if made else NOW) + jump + 2 * HOUR
    assert healed.step(NOW + 1, now) is Step.RESTART or healed.lately(now)
    assert healed.step(NOW + 1, now + 2 * HOUR) is not Step.WAIT or abs(jump) >= HOUR


def test_a_new_firing_may_be_healed_again_once_an_hour_is_over() -> None:
    _, healed = played([0.0, 120.0, 240.0, 480.0], 3)
    assert healed.given_up
    assert healed.step(NOW + 900, NOW + 900) is Step.GIVE_UP
    assert healed.step(NOW + 900, NOW + HOUR) is Step.RESTART
    assert healed.step(NOW, NOW + 9 * HOUR) is Step.WAIT


@pytest.mark.parametrize(
    ("labels", "budget"),
    [
        ({}, 0),
        ({HEAL: "false"}, 0),
        ({HEAL: "true"}, 3),
        ({HEAL: "restart", BUDGET: "1"}, 1),
        ({HEAL: "true", BUDGET: "0"}, 0),
        ({HEAL: "true", BUDGET: "99"}, 5),
        ({HEAL: "true", BUDGET: "-1"}, 3),
        ({BUDGET: "5"}, 0),
    ],
)
def test_a_label_asks_for_it(labels: dict[str, str], budget: int) -> None:
    assert budget_of(labels) == budget
    assert meant(labels, {HEAL: "true"}) == 0, "the image says it as well"


def unhealthy() -> World:
    """Web has been unhealthy for a while, and that was told."""
    world = World((Rule("unhealthy", Native.UNHEALTHY, wait=60, keep=60),))
    world.happens("web", "start")
    world.happens("web", "health_status: unhealthy")
    world.advance(90)
    return world


def fires(world: World) -> Alert:
    return world.board.alerts["unhealthy/nas//web"]


def _held(world: World) -> None:
    world.audience = Audience((CHAT,), (Maintenance(Window(0, 0, "UTC"), Selector()),))


def _silent(world: World) -> None:
    world.reachable = False
    world.look()


@pytest.mark.parametrize(
    "sees_to_it",
    [
        lambda world: world.take("web", 3600),
        lambda world: world.snooze("web", 3600),
        lambda world: world.silence(Silence("s", Selector(name="w*"), world.now + 3600, "ops")),
        _held,
        _silent,
        lambda world: (world.happens("web", "health_status: healthy"), world.advance(90)),
    ],
)
def test_what_somebody_sees_to_is_left_to_them(sees_to_it: Callable[[World], object]) -> None:
    world = unhealthy()
    assert world.board.unattended(fires(world), world.now)
    sees_to_it(world)
    alert = world.board.alerts.get("unhealthy/nas//web")
    assert alert is None or not world.board.unattended(alert, world.now)


def test_one_that_is_given_up_is_critical_and_told_again_once() -> None:
    world = unhealthy()
    since = fires(world).since
    once = Restarted((world.now,), 1, done=True)
    assert world.board.restarted(fires(world).key, since, once, world.now)
    assert not world.board.restarted(fires(world).key, since, once, world.now), "it is known"
    assert fires(world).severity is Severity.WARNING
    given_up = Restarted((world.now,), 1, done=True, given_up=True)
    assert not world.board.restarted(fires(world).key, since - 1, given_up, world.now)
    for _ in range(3):
        world.board.restarted(fires(world).key, since, given_up, world.now)
        world.advance(30)
        world.restart()
    assert fires(world).severity is Severity.CRITICAL
    assert fires(world).evidence.restarted == given_up
    (again,) = [told for told in world.told if told.kind is Kind.AGAIN]
    assert again.notice.rings
