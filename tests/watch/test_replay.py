"""The past is replayed as it would have been watched: the same firings, at the same times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watch.condition import Native, Restarts, condition
from bot.watch.replay import Firing, replay, spread, stored
from bot.watch.rule import Missing, Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from tests.watch.world import HOST, World

STEP = 15.0
WEB = Watched("web", "", Subject(HOST, "web"), running=True)
CPU = Rule("cpu", condition("cpu > 80%", "cpu < 70%"), wait=60.0, keep=30.0)


def every(values: list[float], start: float = 0.0, step: float = STEP) -> list[tuple[float, float]]:
    return [(start + n * step, value) for n, value in enumerate(values)]


def test_it_fires_after_its_time_and_ends() -> None:
    figures = every([10.0] * 4 + [95.0] * 8 + [10.0] * 8, 1000.0)
    assert replay(CPU, {"web": (WEB, figures)}, 45.0) == [
        Firing(WEB.subject, 1000.0 + 8 * STEP, 1000.0 + 14 * STEP)
    ]


def test_a_rule_about_a_host_goes_by_its_own_figures() -> None:
    rule = Rule("disk", condition("disk > 90%", "disk < 87%"), wait=60.0)
    host = Watched("", "", Subject(HOST), running=True)
    figures = every([80.0] * 4 + [91.0] * 8 + [88.0] * 4 + [80.0] * 4)
    assert replay(rule, {"": (host, figures)}, 45.0) == [Firing(host.subject, 8 * STEP, 16 * STEP)]


def test_what_fires_at_the_end_is_not_over() -> None:
    figures = every([95.0] * 8)
    (one,) = replay(CPU, {"web": (WEB, figures)}, 45.0)
    assert one.ended is None


def test_a_gap_neither_fires_nor_ends_it() -> None:
    before = every([95.0] * 8, 1000.0)
    after = every([95.0] * 8, 9000.0)
    (one,) = replay(CPU, {"web": (WEB, before + after)}, 45.0)
    assert (one.since, one.ended) == (1060.0, None)


def test_a_service_is_as_bad_as_the_worst_of_its_containers() -> None:
    both = [Watched(f"app-{n}", "", Subject(HOST, "app", "p"), running=True) for n in (1, 2)]
    figures = {
        "app-1": (both[0], every([10.0] * 12)),
        "app-2": (both[1], every([95.0] * 12)),
    }
    (one,) = replay(CPU, figures, 45.0)
    assert one.subject == Subject(HOST, "app", "p")


def test_means_are_spread_so_that_their_whole_time_counts() -> None:
    figures = list(spread(every([10.0, 95.0, 10.0], 0.0, 300.0), 300.0, 100.0))
    assert [at for at, _ in figures] == [n * 100.0 for n in range(9)]
    (one,) = replay(Rule("x", CPU.when, wait=200.0), {"web": (WEB, figures)}, 301.0)
    assert one.since == 500.0


@given(
    st.lists(st.sampled_from([10.0, 75.0, 95.0]), min_size=1, max_size=60),
    st.sampled_from([0.0, 15.0, 60.0]),
    st.sampled_from([0.0, 30.0]),
    st.sampled_from(Missing),
)
def test_it_is_what_would_have_been_watched(
    values: list[float], wait: float, keep: float, missing: Missing
) -> None:
    rule = Rule("cpu", condition("cpu > 80%", "cpu < 70%"), wait=wait, keep=keep, missing=missing)
    world, seen = World((rule,)), []
    world.happens("web", "start")
    begun = world.now
    for n, value in enumerate(values):
        world.now = begun + n * STEP
        world.figures["web", "cpu"] = value
        world.look()
        seen += [a.since for a in world.board.alerts.values() if a.firing]
    found = replay(rule, {"web": (WEB, every(values, begun))}, 45.0)
    assert [one.since for one in found] == sorted(set(seen))


@pytest.mark.parametrize(
    ("when", "figures"),
    [
        (condition("cpu > 1%"), ("cpu",)),
        (condition("net > 1 MB"), ("received", "sent")),
        (condition("mem > 1%"), ()),
        (Restarts(3, 60.0), ()),
        (Native.OOM, ()),
    ],
)
def test_what_is_stored(when: Native, figures: tuple[str, ...]) -> None:
    assert stored(Rule("x", when)) == figures
