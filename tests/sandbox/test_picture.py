"""The size of a picture, read from its head, and what is no picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.state.picture import picture_size
from tests.sandbox.pictures import gif, jpeg, png, webp


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (png(640, 480), "image/png"),
        (jpeg(640, 480), "image/jpeg"),
        (gif(640, 480), "image/gif"),
        (webp(b"VP8 ", 640, 480), "image/webp"),
        (webp(b"VP8L", 640, 480), "image/webp"),
        (webp(b"VP8X", 640, 480), "image/webp"),
    ],
)
def test_the_size_is_read(tmp_path: Path, content: bytes, mime: str) -> None:
    place = tmp_path / "picture"
    place.write_bytes(content)
    assert picture_size(place) == (mime, (640, 480))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        jpeg(1, 1)[:12],
        png(1, 1)[:20],
        gif(0, 5),
        b"\xff\xd8" + b"\xff\xe0\0\2" * 2000,
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "picture"
    place.write_bytes(content)
    assert picture_size(place) is None


HEADS = st.sampled_from([b"", b"\xff\xd8", b"GIF89a", b"RIFF0000WEBPVP8L", png(2, 2)[:14]])


@given(HEADS, st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, rest: bytes
) -> None:
    place = tmp_path_factory.getbasetemp() / "any-picture"
    place.write_bytes(head + rest)
    found = picture_size(place)
    assert found is None or min(found[1]) > 0
