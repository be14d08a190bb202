"""What is kept of what a process prints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.reply import Excerpt
from handlers.container.output import Output, printed

MEBIBYTE = 1024 * 1024


def fed(*pieces: bytes) -> Output:
    output = Output()
    for piece in pieces:
        output.feed(piece)
    return output


def shown(output: Output) -> str:
    return "".join(block.text.raw for block in output.excerpt)


def content(output: Output) -> bytes:
    (document,) = output.document("x")
    assert isinstance(document.content, bytes)
    return document.content


def held(output: Output) -> int:
    lines = sum(map(len, output._lines))
    return len(output._head) + len(output._end) + len(output._open) + lines


def test_what_is_little_is_shown_and_no_document() -> None:
    output = fed(b"one\ntwo\r\nthr\xff")
    assert shown(output) == "one\ntwo\nthr\ufffd"
    assert output.document("x") == ()
    assert fed().excerpt == ()
    assert fed().document("x") == ()


def test_of_much_the_end_is_shown_and_all_is_in_a_document() -> None:
    lines = b"".join(b"line %d\n" % n for n in range(1000))
    output = fed(lines)
    assert shown(output).splitlines()[-1] == "line 999"
    assert len(shown(output).splitlines()) == 40
    assert content(output) == lines


def test_long_lines_are_cut_and_no_half_word_is_left() -> None:
    output = fed(b"A=" + b"x " * 250 + b"secretword" * 10 + b"\nshort\n")
    first, second = shown(output).splitlines()
    assert len(first) <= 512
    assert "secret" not in first
    assert second == "short"
    assert len(output.document("x")) == 1
    assert shown(fed(b"x" * 3000, b"y" * 3000, b"\nlast")).splitlines()[1] == "last"


def test_of_too_much_the_beginning_and_the_end_are_kept() -> None:
    lines = b"".join(b"line %07d\n" % n for n in range(400_000))
    output = fed(*(lines[at : at + 30_000] for at in range(0, len(lines), 30_000)))
    kept = content(output)
    assert output.size == len(lines)
    assert len(kept) < 2.3 * MEBIBYTE
    beginning, end = kept.split(b"\n[...]\n\n")
    assert lines.startswith(beginning)
    assert lines.endswith(end)
    assert end.startswith(b"line ")
    assert held(output) < 2.5 * MEBIBYTE


def test_what_just_fits_is_whole() -> None:
    text = b"0123456789abcde\n" * (2 * MEBIBYTE // 16)
    for more in (0, 1, 4096):
        output = fed(text, b"x" * more)
        assert content(output) == text + b"x" * more


def test_what_is_no_text_is_not_shown() -> None:
    output = fed(b"\x7fELF\0\0", b"x" * 3 * MEBIBYTE)
    assert output.is_binary
    assert output.excerpt == ()
    assert len(content(output)) == 2 * MEBIBYTE
    told = printed(output, fed(b"oops"))
    assert [type(block) is Excerpt for block in told] == [False, False, True]


@given(st.lists(st.binary(max_size=200) | st.sampled_from([b"\n" * 90, b"x" * 900]), max_size=20))
def test_however_it_comes_the_same_is_shown(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert shown(fed(*pieces)) == shown(fed(whole))
    assert held(fed(*pieces)) <= len(whole) * 2


def test_a_flood_takes_no_memory() -> None:
    output = Output()
    piece = b"y\n" * 16_384
    for _ in range(3000):  # 98 MB
        output.feed(piece)
    assert output.size == 3000 * len(piece)
    assert held(output) < 2.5 * MEBIBYTE
