import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.answer import Unexpected
from bot.hosts.frames import LINE, Lines
from bot.hosts.types import LogLine
from bot.message import Untrusted
from tests.hosts.scripted import frame

AT = "2026-11-23T23:09:59.599950990Z"
STAMP = AT.encode() + b" "


def read(
    data: bytes, *, cuts: list[int] | None = None, tty: bool = False, stamped: bool = False
) -> list[LogLine]:
    lines = Lines(tty=tty, stamped=stamped)
    edges = [0, *sorted({c % (len(data) + 1) for c in cuts or []}), len(data)]
    found = [
        line for start, end in itertools.pairwise(edges) for line in lines.feed(data[start:end])
    ]
    return found + list(lines.finish())


def test_two_streams() -> None:
    data = frame(b"out\n") + frame(b"err\r\n", 2) + frame(b"\n") + frame(b"no end")
    assert read(data) == [
        LogLine(1, Untrusted("out")),
        LogLine(2, Untrusted("err")),
        LogLine(1, Untrusted("")),
        LogLine(1, Untrusted("no end")),
    ]


def test_the_other_streams() -> None:
    data = frame(b"half ", 2) + frame(b"in\n", 0) + frame(b"Error grabbing logs: EOF\n", 3)
    assert read(data) == [
        LogLine(1, Untrusted("in")),
        LogLine(3, Untrusted("Error grabbing logs: EOF")),
        LogLine(2, Untrusted("half ")),
    ]


def test_time_stamps() -> None:
    data = frame(STAMP + b"out\n") + frame(STAMP + b"\n", 2)
    expected = [LogLine(1, Untrusted("out"), AT), LogLine(2, Untrusted(""), AT)]
    assert read(data, stamped=True) == expected
    assert read(data)[0].text.raw == f"{AT} out"
    raw = STAMP + b"out\r\n" + STAMP + b"\r\n"
    texts = [(line.text.raw, line.at) for line in read(raw, tty=True, stamped=True)]
    assert texts == [("out", AT), ("", AT)]


def test_a_line_in_several_frames_each_with_a_stamp() -> None:
    part = b"x" * LINE
    data = frame(STAMP + part) + frame(b"other\n", 2) + frame(STAMP + part) + frame(STAMP + b"y\n")
    other, long = read(data, stamped=True)
    assert other.text.raw == "other"
    assert (long.text.raw, long.at) == ("x" * LINE + "…", AT)


@pytest.mark.parametrize("tty", [True, False])
def test_a_line_of_a_mebibyte_is_cut(*, tty: bool) -> None:
    long = b"x" * (1024 * 1024)
    parts = [long[n : n + LINE] for n in range(0, len(long), LINE)]
    data = long + b"\nnext\n" if tty else b"".join(map(frame, [*parts, b"\n", b"next\n"]))
    first, second = read(data, tty=tty, cuts=list(range(0, len(data), 1000)))
    assert first.text.raw == "x" * LINE + "…"
    assert second.text.raw == "next"


@pytest.mark.parametrize(
    "hostile",
    [b"\x01\0\0\0\xff\xff\xff\xff", b"HTTP/1.1", b"\x09\0\0\0\0\0\0\1x", b"\1\0\0\1\0\0\0\1x"],
)
def test_what_is_no_log(hostile: bytes) -> None:
    with pytest.raises(Unexpected):
        read(hostile)


FRAMES = st.lists(
    st.tuples(st.binary(max_size=30), st.sampled_from([1, 2])).map(lambda f: frame(*f)), max_size=8
).map(b"".join)


@given(data=FRAMES, cuts=st.lists(st.integers(0, 1000), max_size=10), stamped=st.booleans())
def test_how_it_is_cut_on_its_way_does_not_matter(
    *, data: bytes, cuts: list[int], stamped: bool
) -> None:
    assert read(data, cuts=cuts, stamped=stamped) == read(data, stamped=stamped)


@given(st.binary(max_size=200), st.lists(st.integers(0, 1000), max_size=10))
def test_the_same_for_a_tty_and_any_bytes_are_text(data: bytes, cuts: list[int]) -> None:
    lines = read(data, cuts=cuts, tty=True)
    assert lines == read(data, tty=True)
    assert len(lines) == data.count(b"\n") + (data[-1:] not in b"\n")
