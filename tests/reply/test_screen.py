from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply.redact import Redactor
from bot.reply.screen import Screen

COLUMNS, ROWS = 20, 5


def shown(*pieces: bytes | str, cursor: bool = False) -> str:
    screen = Screen(COLUMNS, ROWS)
    for piece in pieces:
        screen.feed(piece.encode() if isinstance(piece, str) else piece)
    return screen.text(cursor=cursor)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("one\ntwo", "one\n   two"),
        ("50 %\r100 %", "100 %"),
        ("abc\b\bX", "aXc"),
        ("a\tb", "a       b"),
        ("\x1b[31mred\x1b[0m \x1b[1;4:3;38;5;200mx\x1b[m", "red x"),
        ("\x1b[2;3Hhere", "\n  here"),
        ("junk\x1b[2J\x1b[Hclean", "clean"),
        ("abcdef\x1b[3D\x1b[K", "abc"),
        ("abcdef\x1b[1G\x1b[2P", "cdef"),
        ("abc\x1b[1G\x1b[2@", "  abc"),
        ("abc\x1b[1G\x1b[4hXY\x1b[4l", "XYabc"),
        ("1\r\n2\r\n3\r\n4\r\n5\r\n6", "2\n3\n4\n5\n6"),
        ("1\r\n2\r\n3\x1b[2;3r\x1b[3;1H\n", "1\n3"),
        ("1\r\n2\r\n3\x1b[S", "2\n3"),
        ("1\r\n2\x1b[T", "\n1\n2"),
        ("1\r\n2\x1b[H\x1bM0", "0\n1\n2"),
        ("1\r\n2\r\n3\x1b[2;1H\x1b[L", "1\n\n2\n3"),
        ("a\x1b7bc\x1b8X", "aXc"),
        ("a\x1b[sbc\x1b[uX", "aXc"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP+q544e\x1b\\text", "text"),
        ("\x1b[?25l\x1b[?2004h\x1b[>4;2m\x1b[!p\x1b[?12;25$pok", "ok"),
        ("\x1b(0lqk\x1b(B|", "┌─┐|"),
        ("before\x1b[?1049h\x1b[Hinside", "inside"),
        ("before\x1b[?1049h\x1b[Hinside\x1b[?1049l", "before"),
        ("junk\x1bcnew", "new"),
        ("日本", "日本"),
        ("e\u0301\u200bx", "e\u0301\u200bx"),
        ("กำ", "กำ"),
        ("a\x00\x7f\x80b", "ab"),
    ],
)
def test_what_a_terminal_shows(said: str, seen: str) -> None:
    assert shown(said) == seen
    assert shown(*(said.encode()[at : at + 1] for at in range(len(said.encode())))) == seen


def test_a_line_that_does_not_fit_goes_on_as_one_line() -> None:
    assert shown("x" * 50) == "x" * 50
    assert shown("x" * COLUMNS, "\r\nnext") == "x" * COLUMNS + "\nnext"
    assert shown("日" * 11) == "日" * 11
    redactor = Redactor(())
    assert "hunter2" not in redactor.text(shown("a line\r\nDB_PASSWORD=abchunter2hunter2"))


def test_what_was_written_over_does_not_go_on() -> None:
    assert shown("x" * 30, "\x1b[H\x1b[2Kshort") == "short\nxxxxxxxxxx"
    assert shown("x" * 30, "\x1b[1;5Hy\x1b[3;1H") == "xxxxyxxxxxxxxxxxxxxx\nxxxxxxxxxx"
    assert shown("x" * 30, "\x1b[J\x1b[1;1H") == "x" * 30
    assert shown("x" * 30, "\x1b[?7l\x1b[3;1Habcdefghijklmnopqrstuvwxyz").endswith(
        "\nabcdefghijklmnopqrsz"
    )


def test_where_the_cursor_is() -> None:
    assert shown("$ ", cursor=True) == "$ █"
    assert shown("abc\b\b", cursor=True) == "abc"
    assert shown("$ \x1b[?25l", cursor=True) == "$"
    assert shown("x" * COLUMNS, cursor=True) == "x" * COLUMNS


def test_the_arrow_keys_that_a_program_asks_for() -> None:
    screen = Screen(COLUMNS, ROWS)
    assert not screen.moves_cursor
    screen.feed(b"\x1b[?1h")
    assert screen.moves_cursor
    screen.feed(b"\x1b[?1l")
    assert not screen.moves_cursor


def test_a_string_that_never_ends_does_not_hide_all_that_follows() -> None:
    assert "later" in shown("\x1b]0;", "x" * 5000, "later")
    assert shown("\x1b]0;", "x" * 3000) == ""


ESCAPES = st.builds(
    "\x1b[{}{}{}".format,
    st.sampled_from(["", "?", ">", "=", "<"]),
    st.lists(st.integers(0, 10**12) | st.sampled_from(["", "::", "1049", "25"]), max_size=20).map(
        lambda numbers: ";".join(map(str, numbers))
    ),
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
)
HOSTILE = st.lists(
    st.binary(max_size=40)
    | ESCAPES.map(str.encode)
    | st.text(max_size=20).map(lambda text: text.encode(errors="replace"))
    | st.sampled_from(
        [b"\x1b]", b"\x1bP", b"\x1b7", b"\x1b8", b"\x1bc", b"\x1bM", b"\x1bH", b"\x1b(0"]
    )
    | st.sampled_from([b"\x1b[", b"\x9b", "\u0301".encode() * 30, "日".encode() * 30, b"\n" * 30]),
    max_size=30,
)


def cells(screen: Screen) -> int:
    """How many characters it holds."""
    grid = screen._grid
    return sum(len(cell.data) for row in grid.buffer.values() for cell in row.values())


@given(HOSTILE)
def test_nothing_raises_and_nothing_grows(pieces: list[bytes]) -> None:
    screen = Screen(COLUMNS, ROWS)
    for piece in pieces:
        screen.feed(piece)
    text = screen.text(cursor=True)
    assert len(text) <= ROWS * (COLUMNS * 8 + 1)
    assert text.count("\n") < ROWS
    grid = screen._grid
    assert cells(screen) <= ROWS * (COLUMNS + 1) * 8
    assert set(grid.buffer) <= set(range(ROWS))
    assert len(grid.savepoints) <= 1
    assert len(grid.tabstops) <= COLUMNS + 1
    assert len(grid.mode) <= 8
    assert len(screen._held) <= 64
    assert (grid.columns, grid.lines) == (COLUMNS, ROWS)


@given(
    st.sampled_from(
        [
            b"\x1b7",
            b"\x1b]x",
            "\u0301".encode(),
            b"\x1b[1;2;3;",
            b"\x1bP",
            b"\x1b[5g",
            b"\x1bH\x1b[C",
        ]
    )
)
def test_what_comes_again_and_again_does_not_grow(piece: bytes) -> None:
    screen = Screen(COLUMNS, ROWS)
    for _ in range(2000):
        screen.feed(piece)
    assert cells(screen) <= ROWS * (COLUMNS + 1) * 8
    assert len(screen._held) <= 64
    assert len(screen._grid.savepoints) <= 1


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_however_it_is_cut_it_shows_the_same(pieces: list[bytes]) -> None:
    assert shown(b"".join(pieces)) == shown(*pieces)
