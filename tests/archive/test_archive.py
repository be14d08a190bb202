"""Archives in and out, without an Engine: what goes through whole, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tempfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.archive.bad import BadArchive
from bot.archive.first import first_file
from bot.archive.parts import Parts, TooMuch
from bot.archive.repack import look, repacked, single
from bot.archive.rules import Rules

RULES = Rules(10_000_000)
PLENTY = 1 << 40


def tar(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return room.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return room.getvalue()


def contents(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = {info.name: archive.extractfile(info) for info in archive if info.isreg()}
        return {name: file.read() for name, file in files.items() if file is not None}


@pytest.mark.parametrize("name", ["/a", "..", "a/../b", "a\0b", "/".join("a" * 65)])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(BadArchive):
        RULES.path(name)


@pytest.mark.parametrize(
    ("name", "taken"), [("a//b/./c", "a/b/c"), ("", "."), ("./", "."), ("..a", "..a")]
)
def test_a_path_is_taken_without_detours(name: str, taken: str) -> None:
    assert RULES.path(name) == taken


@pytest.mark.parametrize(
    ("target", "hard", "well"),
    [
        ("../b", False, True),
        ("../../b", False, False),
        ("/b", False, False),
        ("x/b", True, True),
        ("../b", True, False),
    ],
)
def test_a_link_may_not_lead_out(target: str, *, hard: bool, well: bool) -> None:
    if well:
        RULES.link("folder/a", target, hard=hard)
        return
    with pytest.raises(BadArchive):
        RULES.link("folder/a", target, hard=hard)


def test_a_file_system_may_have_absolute_links() -> None:
    rules = Rules(1, rooted=True)
    rules.link("usr/a", "/etc/b", hard=False)
    with pytest.raises(BadArchive):
        rules.link("usr/a", "/../b", hard=False)


def test_more_than_may_be_is_refused() -> None:
    rules = Rules(1000, entries=2, ratio=10, free=100)
    rules.amount(1000, 1000)
    rules.count(2)
    for unpacked, packed in ((1001, 1001), (200, 19)):
        with pytest.raises(BadArchive):
            rules.amount(unpacked, packed)
    with pytest.raises(BadArchive):
        rules.count(3)


@given(st.binary(max_size=2000), st.sampled_from([b"", b"\x1f\x8b\x08", b"BZh9", b"PK\x03\x04"]))
def test_no_bytes_do_more_than_be_refused(content: bytes, head: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(head + content)
        with suppress(BadArchive):
            look(path, RULES)


@given(st.data())
def test_no_damage_does_more_than_be_refused(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from([tar, zipped, lambda *m: gzip.compress(tar(*m))]))
    whole = bytearray(make(("a/b", b"content" * 300), ("c" * 150, b"")))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        with suppress(BadArchive):
            b"".join(repacked(path, RULES))


NAMES = st.text("abc.é", min_size=1, max_size=200).filter(lambda name: name not in {".", ".."})


@given(st.dictionaries(NAMES, st.binary(max_size=70_000), max_size=4), st.booleans())
def test_what_is_repacked_is_the_same(files: dict[str, bytes], as_zip: bool) -> None:
    if as_zip and not files:
        return  # an empty zip has no first member to be known by
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(zipped(*files.items()) if as_zip else tar(*files.items()))
        if not files:
            return
        found = look(path, RULES)
        assert contents(b"".join(repacked(path, RULES))) == files
    assert (found.entries, found.size) == (len(files), sum(map(len, files.values())))


def test_a_single_file_becomes_a_tar(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"content")
    assert contents(b"".join(single("y", tmp_path / "x"))) == {"y": b"content"}


@given(st.lists(st.binary(max_size=5000), max_size=6), st.integers(1, 4000), st.booleans())
def test_the_parts_joined_are_what_was_written(
    blocks: list[bytes],
    part: int,
    packed: bool,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = (Path(folder, str(number)) for number in range(100_000))
        parts = Parts(lambda: next(names), lambda: PLENTY, part=part, limit=PLENTY, packed=packed)
        for block in blocks:
            parts.write(block)
        sent = parts.finish()
        joined = b"".join(file.read_bytes() for file in sent.files)
        sizes = [file.stat().st_size for file in sent.files]
        parts.drop()
        assert not list(Path(folder).iterdir())
    assert (gzip.decompress(joined) if packed else joined) == b"".join(blocks)
    assert sent.size == len(joined)
    assert sent.digest == hashlib.sha256(joined).hexdigest()
    assert all(size == part for size in sizes[:-1])
    assert all(0 < size <= part for size in sizes)


@pytest.mark.parametrize(("limit", "room"), [(9, PLENTY), (PLENTY, 9)])
def test_more_than_there_is_room_for_is_not_written(tmp_path: Path, limit: int, room: int) -> None:
    parts = Parts(lambda: tmp_path / "a", lambda: room, part=100, limit=limit, packed=False)
    with pytest.raises(TooMuch):
        parts.write(b"0123456789")


async def in_pieces(content: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    for size in (*sizes, len(content)):
        yield content[:size]
        content = content[size:]


@given(
    st.text("ab", min_size=1, max_size=300),
    st.binary(max_size=3000),
    st.lists(st.integers(0, 700), max_size=20),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
async def test_the_first_file_comes_whole_however_it_is_cut(
    name: str, content: bytes, sizes: list[int], form: int
) -> None:
    packed = tar((name, content), ("other", b"x"), form=form)
    pieces = [piece async for piece in first_file(in_pieces(packed, sizes))]
    assert b"".join(pieces) == content


@pytest.mark.parametrize("cut", [0, 100, 512, 600])
async def test_a_first_file_that_does_not_come_whole_is_refused(cut: int) -> None:
    with pytest.raises(BadArchive):
        async for _ in first_file(in_pieces(tar(("a", b"x" * 200))[:cut], [])):
            pass
