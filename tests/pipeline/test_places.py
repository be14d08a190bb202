"""How many commands may run at once, and that there is always room for what needs no host."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from bot.command.call import Actor, Call
from bot.command.turns import Ticket
from bot.message import Untrusted
from bot.pipeline.places import MOST, Places
from bot.pipeline.toomuch import TooMuch
from tests.command.samples import bench


def call(update: int, person: int = 1, line: str = "/boxes", host: int = 0) -> Call:
    one = bench().typed(line)[host]
    actor = Actor(person, Untrusted("A"))
    return replace(one, request=replace(one.request, update=update, actor=actor))


def test_a_person_runs_twelve_and_what_needs_no_host_besides() -> None:
    places = Places()
    with ExitStack() as running:
        for number in range(12):
            running.enter_context(places.room(call(number)))
        with pytest.raises(TooMuch), places.room(call(12)):
            pass
        running.enter_context(places.room(call(12, person=2)))
        running.enter_context(places.room(call(13, line="/hello")))
    with places.room(call(14)):
        pass
    assert places._taken == {}


def test_all_together_leave_room_for_what_needs_no_host() -> None:
    places = Places()
    with ExitStack() as running:
        for number in range(MOST):
            running.enter_context(places.room(call(number, person=number)))
        with pytest.raises(TooMuch), places.room(call(MOST, person=MOST)):
            pass
        running.enter_context(places.room(call(MOST, line="/hello")))


def test_one_line_for_all_hosts_takes_one_place() -> None:
    places = Places()
    with ExitStack() as running:
        for number in range(12):
            running.enter_context(places.room(call(number, line="/boxes @all", host=0)))
        with places.room(call(11, line="/boxes @all", host=1)):
            pass
        with pytest.raises(TooMuch), places.room(call(12)):
            pass


def lasting(update: int, person: int = 1) -> Call:
    one = call(update, person)
    return replace(one, id=f"call-{update}", command=replace(one.command, resumes=True))


def test_what_may_last_for_days_has_fewer_places() -> None:
    places = Places()
    with ExitStack() as running:
        for number in range(5):
            running.enter_context(places.room(lasting(number)))
        with pytest.raises(TooMuch), places.room(lasting(5)):
            pass
        running.enter_context(places.room(call(6)))
        for number in range(10, 25):
            running.enter_context(places.room(lasting(number, person=number)))
        with pytest.raises(TooMuch), places.room(lasting(26, person=26)):
            pass
    assert places._taken == {}


def test_what_goes_on_after_a_restart_has_its_place_whatever_runs() -> None:
    places = Places()
    with ExitStack() as running:
        for number in range(30):
            running.enter_context(places.kept(lasting(number)))
        with pytest.raises(TooMuch), places.room(call(31)):
            pass
        with pytest.raises(TooMuch), places.room(lasting(32, person=2)):
            pass
    with places.room(lasting(33)):
        pass
    assert places._taken == {}


def test_the_lines_of_a_session_take_one_place() -> None:
    places = Places()
    lane = Ticket("session 9-1", 1)
    with ExitStack() as running:
        for number in range(11):
            running.enter_context(places.room(call(number)))
        for number in range(20, 60):
            running.enter_context(places.room(replace(call(number), ticket=lane)))
        with pytest.raises(TooMuch), places.room(call(60)):
            pass
        with pytest.raises(TooMuch), places.room(replace(call(61), ticket=Ticket("nas"))):
            pass
