"""Which session is which, and that no line goes in without the one before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.command.sessions import Session, Sessions
from tests.command.samples import OWNER, Bench, bench, request


@dataclass
class Keyboard:
    typed: list[str] = field(default_factory=list)

    def line(self, text: str) -> bool:
        self.typed.append(text)
        return True

    def press(self, key: str) -> bool:
        self.typed.append(f"<{key}>")
        return True


def session(number: str = "9-1") -> Session:
    return Session(
        id=number,
        owner=OWNER,
        chat=OWNER,
        moved=False,
        host="nas",
        container="web",
        target="ab" * 32,
        typist="box exec",
        keyboard=Keyboard(),
        typed_at=0.0,
    )


def test_those_that_are_open_are_found_and_the_others_remembered() -> None:
    sessions = Sessions()
    one, other = session("9-1"), session("9-2")
    sessions.add(one)
    sessions.add(other)
    assert [*sessions] == [other, one]
    assert sessions.get("9-1") is one
    one.open = False
    assert sessions.get("9-1") is None
    assert sessions.get("9-3") is None
    assert [*sessions] == [other, one]
    for number in range(300):
        sessions.add(session(f"8-{number}"))
    assert len([*sessions]) == 256


def test_lines_follow_one_another() -> None:
    one = session()
    lines = [one.arrive(10.0) for _ in range(5)]
    assert lines == [1, 2, 3, 4, 5]
    assert all(map(one.follows, lines))


def test_what_was_sent_behind_a_refused_line_does_not_follow() -> None:
    one = session()
    first, _refused, third, fourth = (one.arrive(10.0) for _ in range(4))
    assert one.follows(first)
    assert not one.follows(third)
    assert not one.follows(fourth)  # it had come in by then
    assert one.follows(one.arrive(11.0))


def test_who_has_had_time_to_read_of_it_goes_on() -> None:
    one = session()
    assert one.follows(one.arrive(10.0))
    one.arrive(11.0)  # refused
    assert one.follows(one.arrive(16.0))
    one.arrive(16.5)  # refused
    assert not one.follows(one.arrive(21.0))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 4)), max_size=30))
def test_in_a_burst_nothing_is_typed_behind_a_gap(lines: list[tuple[bool, float]]) -> None:
    """However they come in and are worked on, the first after a refused one is not typed."""
    one, now, gap = session(), 1000.0, False
    for refused, pause in lines:
        now += pause
        number = one.arrive(now)
        if refused:
            gap = True
        else:
            assert one.follows(number) is not gap
            gap = False


def test_a_line_becomes_a_call_with_all_that_was_typed() -> None:
    made: Bench = bench()
    for text in ("ls -l", "-rf", "/stop web", "//x", "a\nb", "", "--", "@db1"):
        call = made.builder.line(request(text), session())
        assert call.argv == ("box", "exec", "--", "web", "9-1", text)
        assert call.params["words"] == ("9-1", text)
        assert call.host_name == "nas"
        made.builder.forget(call)
    assert made.turns._arrived == {}


async def test_lines_wait_for_one_another_and_for_nothing_else() -> None:
    made: Bench = bench()
    one, other = session("9-1"), session("9-2")
    made.builder.typed(request("/start web"))
    calls = [made.builder.line(request("x"), s) for s in (one, other, one)]
    lanes = [call.ticket.host for call in calls if call.ticket]
    assert lanes == ["session 9-1", "session 9-2", "session 9-1"]
    assert [call.ticket.line for call in calls if call.ticket] == [1, 1, 2]
    assert made.turns._before(calls[2].ticket) == (calls[0].ticket,)  # type: ignore[arg-type]
