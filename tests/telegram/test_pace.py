"""The limits of Telegram, kept in any stretch of time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.outgoing import PROGRESS, REPLY
from bot.telegram.pace import _KEPT, Pace
from sandbox.errors import ApiError
from sandbox.limits import Limits


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1e6

    def __call__(self) -> float:
        return self.now


class Scene:
    """A pace and its clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pace = Pace(self.clock)

    def send(self, chat: int, priority: int = REPLY) -> float:
        """Wait as told and send; when that was."""
        while wait := self.pace.wait(chat, priority):
            self.clock.now += wait
        return self.clock.now


@pytest.fixture
def scene() -> Scene:
    return Scene()


def most(times: list[float], seconds: float) -> int:
    """How many there were at most in any stretch of so many seconds."""
    return max(sum(begin <= t < begin + seconds for t in times) for begin in times)


def test_a_few_at_once_and_then_one_a_second(scene: Scene) -> None:
    begin = scene.clock.now
    times = [scene.send(1) - begin for _ in range(6)]
    assert times == pytest.approx([0, 0, 0, 1, 2, 3], abs=0.01)


def test_a_group_gets_twenty_in_no_minute_more(scene: Scene) -> None:
    times = [scene.send(-1) for _ in range(100)]
    assert 18 <= most(times, 60.0) <= 20


def test_of_which_progress_takes_eight(scene: Scene) -> None:
    times = [scene.send(-1, PROGRESS) for _ in range(50)]
    assert 7 <= most(times, 60.0) <= 8


def test_so_that_an_answer_finds_room_beside_it(scene: Scene) -> None:
    for _ in range(8):
        scene.send(-1, PROGRESS)
    assert scene.pace.wait(-1, PROGRESS) > 30
    begin = scene.clock.now
    assert scene.send(-1) - begin <= 1.0


def test_progress_goes_once_a_second_to_a_person_and_once_in_three_to_a_group(
    scene: Scene,
) -> None:
    for chat, gap, count in ((1, 1.0, 60), (-1, 3.0, 8)):
        times = [scene.send(chat, PROGRESS) for _ in range(count)]
        gaps = [after - before for before, after in pairwise(times)]
        assert min(gaps) == pytest.approx(gap, abs=0.01)


def test_all_chats_together_get_thirty_a_second(scene: Scene) -> None:
    times = [scene.send(chat) for chat in range(1, 200)]
    assert 25 <= most(times, 1.0) <= 30


def test_a_chat_that_waits_keeps_no_other_waiting(scene: Scene) -> None:
    while not scene.pace.wait(-1, REPLY):
        pass
    assert scene.pace.wait(-2, REPLY) == 0.0
    assert scene.pace.wait(1, REPLY) == 0.0


def test_to_ask_costs_nothing(scene: Scene) -> None:
    for _ in range(3):
        scene.pace.wait(1, REPLY)
    waits = [scene.pace.wait(1, REPLY) for _ in range(50)]
    assert waits == [pytest.approx(1.0)] * 50
    scene.clock.now += 1
    assert scene.pace.wait(2, REPLY) == 0.0
    assert scene.pace.wait(1, REPLY) == 0.0


def test_a_429_pauses_its_chat_and_only_its_chat(scene: Scene) -> None:
    scene.pace.pause(1, 30)
    assert scene.pace.wait(1, REPLY) == pytest.approx(30)
    assert scene.pace.wait(2, REPLY) == 0.0
    scene.clock.now += 29
    assert scene.pace.wait(1, REPLY) == pytest.approx(1)
    scene.clock.now += 1
    assert scene.pace.wait(1, REPLY) == 0.0


def test_the_newest_429_counts(scene: Scene) -> None:
    scene.pace.pause(1, 30)
    scene.pace.pause(1, 5)
    assert scene.pace.wait(1, REPLY) == pytest.approx(5)


def test_what_could_not_be_sent_goes_as_soon_as_telegram_is_back(scene: Scene) -> None:
    scene.pace.put_off(1, 30)
    scene.pace.pause(2, 30)
    assert scene.pace.wait(1, REPLY) == pytest.approx(30)
    scene.pace.resume()
    assert scene.pace.wait(1, REPLY) == 0.0
    assert scene.pace.wait(2, REPLY) == pytest.approx(30)


def test_a_429_counts_more_than_that_telegram_could_not_be_reached(scene: Scene) -> None:
    scene.pace.put_off(1, 5)
    scene.pace.pause(1, 30)
    scene.pace.resume()
    assert scene.pace.wait(1, REPLY) == pytest.approx(30)


def test_what_is_remembered_is_bounded(scene: Scene) -> None:
    for chat in range(1, _KEPT + 50):
        scene.pace.pause(chat, 1)
        scene.send(-chat)
    assert len(scene.pace._paused) <= _KEPT
    assert len(scene.pace._groups._kept) <= _KEPT


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, -1, -1, -2]),
            st.sampled_from([REPLY, PROGRESS]),
            st.sampled_from([0.0, 0.0, 0.0, 0.3, 5.0, 40.0]),
        ),
        max_size=120,
    )
)
def test_a_strict_server_never_has_to_say_so(sent: list[tuple[int, int, float]]) -> None:
    scene = Scene()
    server = Limits(scene.clock, on=True)
    for chat, priority, pause in sent:
        scene.clock.now += pause
        scene.send(chat, priority)
        try:
            server.spend(chat)
        except ApiError as error:
            pytest.fail(f"{error} for {chat}")
