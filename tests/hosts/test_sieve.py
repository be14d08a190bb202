import itertools
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.answer import Refused, Unexpected
from bot.hosts.pattern import Pattern
from bot.hosts.sieve import Sieve
from tests.hosts.scripted import frame

AT = "2026-11-23T23:09:59.599950990Z"
STAMP = AT.encode() + b" "
Found = tuple[int, str, str | None]


def sift(
    data: bytes,
    pattern: str = "a",
    *,
    keep: int = 100,
    cuts: tuple[int, ...] = (),
    tty: bool = False,
    stamped: bool = False,
) -> tuple[list[Found], int]:
    sieve = Sieve(Pattern(pattern), keep, tty=tty, stamped=stamped)
    edges = [0, *sorted({c % (len(data) + 1) for c in cuts}), len(data)]
    for start, end in itertools.pairwise(edges):
        sieve.block(data[start:end])
    sieve.finish()
    assert sieve.read == len(data)
    return [(line.stream, line.text.raw, line.at) for line in sieve.lines], sieve.matched


def test_streams_keep_their_turns() -> None:
    data = frame(b"a1\n") + frame(b"a2\r\n", 2) + frame(b"b\n") + frame(b"a3\n") + frame(b"a4", 2)
    found = [(1, "a1", None), (2, "a2", None), (1, "a3", None), (2, "a4", None)]
    assert sift(data, "a.$") == (found, 4)
    assert sift(data, "a.$", keep=2) == (found[2:], 4)
    assert sift(data, "a.$", keep=0) == ([], 4)
    assert sift(data, "", keep=3)[0] == [(1, "b", None), *found[2:]]


def test_a_line_in_several_frames_between_others() -> None:
    data = frame(b"one ") + frame(b"err\n", 2) + frame(b"two\n")
    assert sift(data, "one two|err")[0] == [(1, "one two", None), (2, "err", None)]


@pytest.mark.parametrize("cuts", [(), (5,), (20, 45, 60), tuple(range(0, 200, 3))])
def test_time_stamps_are_told_and_not_searched(cuts: tuple[int, ...]) -> None:
    data = frame(STAMP + b"a1\n") + frame(STAMP + b"b\n", 2) + frame(STAMP + b"no 2026\n")
    assert sift(data, "^a|2026", stamped=True, cuts=cuts)[0] == [(1, "a1", AT), (1, "no 2026", AT)]
    raw = STAMP + b"a1\r\n" + STAMP + b"b\r\n" + STAMP + b"no 2026"
    assert sift(raw, "^a|2026$", stamped=True, tty=True, cuts=cuts)[0] == [
        (1, "a1", AT),
        (1, "no 2026", AT),
    ]


def test_a_tty() -> None:
    assert sift(b"xa\r\nb\r\na", "a$", tty=True)[0] == [(1, "xa", None), (1, "a", None)]
    assert sift(b"", "$", tty=True) == ([], 0)


@pytest.mark.parametrize("tty", [True, False])
def test_a_line_without_an_end_takes_no_memory(*, tty: bool) -> None:
    piece = b"x" * 16_384
    sieve = Sieve(Pattern("x$|y"), 5, tty=tty, stamped=False)
    sieve.block(piece if tty else frame(piece))
    tracemalloc.start()
    for _ in range(1000):
        sieve.block(piece if tty else frame(piece))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sieve.block(b"\ny\n" if tty else frame(b"\n") + frame(b"y\n"))
    sieve.finish()
    assert sieve.matched == 2
    assert sieve.read > 16_000_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "hostile", [b"HTTP/1.1 200", b"\x01\0\0\0\xff\xff\xff\xff", b"\x04\0\0\0\0\0\0\1x"]
)
def test_what_is_no_log(hostile: bytes) -> None:
    with pytest.raises(Unexpected):
        sift(hostile)


def test_what_the_engine_could_not_read_is_not_passed_over() -> None:
    data = frame(b"a\n") + frame(b"Error grabbing logs: unexpected EOF\n", 3)
    with pytest.raises(Refused) as caught:
        sift(data, "b")
    assert caught.value.why == "Error grabbing logs: unexpected EOF"


PIECES = st.lists(
    st.tuples(st.text("ab\n", max_size=6).map(str.encode), st.sampled_from([1, 2])), max_size=8
)
CUTS = st.lists(st.integers(0, 500), max_size=8).map(tuple)


@given(pieces=PIECES, cuts=CUTS, pattern=st.sampled_from(["a", "^a", "b$", "^$", "ab|ba", ""]))
def test_finds_in_each_stream_what_line_by_line_would(
    pieces: list[tuple[bytes, int]], cuts: tuple[int, ...], pattern: str
) -> None:
    data = b"".join(frame(*piece) for piece in pieces)
    found, matched = sift(data, pattern, cuts=cuts)
    for stream in (1, 2):
        text = b"".join(text for text, number in pieces if number == stream).decode()
        lines = text.split("\n") if not text.endswith("\n") else text[:-1].split("\n")
        wanted = [x for x in lines if re.search(pattern, x)] if text else []
        assert [text for number, text, _ in found if number == stream] == wanted
    assert matched == len(found)
    assert sift(data, pattern, cuts=cuts, keep=2) == (found[-2:], matched)
