"""Archives that somebody has made to do harm: refused, before anything of them is used."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from bot.archive.bad import BadArchive
from bot.archive.manifest import MANIFESTS, tags_in
from bot.archive.repack import look
from bot.archive.rules import Rules

RULES = Rules(most=200_000_000)


def member(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, leads: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, leads, len(content)
    return info, content


def tar(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path = folder / "a.tar"
    with tarfile.open(path, "w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


def refused(path: Path, said: str, rules: Rules = RULES) -> None:
    with pytest.raises(BadArchive) as error:
        look(path, rules, MANIFESTS)
    assert said in error.value.message.one


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    link = member("x", kind=tarfile.SYMTYPE, leads=".")
    refused(tar(tmp_path, link, member("x/manifest.json", b"[]")), "behind a link")


def test_nor_through_a_chain_of_them(tmp_path: Path) -> None:
    chain = (
        member("p/q/r", kind=tarfile.SYMTYPE, leads="../.."),
        member("p/q/r/s", kind=tarfile.SYMTYPE, leads="../.."),
        member("p/q/r/s/etc/passwd", b"x"),
    )
    refused(tar(tmp_path, *chain), "behind a link")


def test_nor_in_the_place_of_one(tmp_path: Path) -> None:
    link = member("x", kind=tarfile.SYMTYPE, leads="y")
    refused(tar(tmp_path, link, member("x", b"other")), "behind a link")


def test_nor_read_through_one(tmp_path: Path) -> None:
    link = member("x", kind=tarfile.SYMTYPE, leads="y")
    refused(tar(tmp_path, link, member("z", kind=tarfile.LNKTYPE, leads="x/a")), "behind a link")


def test_a_file_system_may_have_files_behind_links(tmp_path: Path) -> None:
    link = member("bin", kind=tarfile.SYMTYPE, leads="/usr/bin")
    path = tar(tmp_path, link, member("bin/sh", b"x"))
    assert look(path, Rules(most=100_000, rooted=True)).entries == 2


def test_the_old_list_of_tags_counts_as_well(tmp_path: Path) -> None:
    old = member("repositories", b'{"shop": {"2": "0123"}}')
    found = look(tar(tmp_path, member("index.json", b"{}"), old), RULES, MANIFESTS)
    assert tags_in(found) == ("shop:2",)


def test_of_two_lists_none_is_believed(tmp_path: Path) -> None:
    two = (member("manifest.json", b"[]"), member("./manifest.json", b"[]"))
    refused(tar(tmp_path, *two), "not what it says it is")


def test_a_sparse_file_is_refused_at_its_header(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = b"S"
    block[482] = 1  # more headers follow
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    path = tmp_path / "a.tar"
    more = bytearray(512)
    more[504] = 1
    path.write_bytes(bytes(block) + bytes(more) * 100)
    refused(path, "a device, a pipe or a sparse file")


def test_a_pax_header_says_nothing_of_sparse_files(tmp_path: Path) -> None:
    info, content = member("x", b"1\n0\n5\n" + bytes(600))
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(content))
    refused(path, "a device, a pipe or a sparse file")


def test_xz_gets_little_memory(tmp_path: Path) -> None:
    plain = tar(tmp_path, member("x", bytes(1000))).read_bytes()
    path = tmp_path / "a.tar.xz"
    path.write_bytes(lzma.compress(plain))
    assert look(path, RULES).size == 1000
    hungry = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    path.write_bytes(lzma.compress(plain, filters=hungry))
    refused(path, "The archive is broken.")


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_is_only_unpacked_in_the_usual_way(tmp_path: Path, way: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", way) as archive:
        archive.writestr("x", bytes(1000))
    refused(path, "compressed in a way")


def test_a_name_that_is_longer_than_any(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("x" * (2 << 20)))
    refused(path, "longer than any file's")


def test_a_zip_that_claims_many_entries(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 5 << 20, 30, 0)
    path.write_bytes(b"PK\x03\x04" + bytes((5 << 20) + 26) + end)
    refused(path, "more than {most} entries")


def test_what_is_stopped_frees_its_thread_at_the_next_piece(tmp_path: Path) -> None:
    left = iter([False] * 3)
    rules = Rules(most=RULES.most, stopped=lambda: next(left, True))
    refused(tar(tmp_path, member("x", bytes(5_000_000))), "It was stopped, or takes", rules)


def test_an_archive_names_no_more_images_than_are_looked_for(tmp_path: Path) -> None:
    tags = ", ".join(f'"a:{n}"' for n in range(101))
    many = member("manifest.json", f'[{{"RepoTags": [{tags}]}}]'.encode())
    found = look(tar(tmp_path, many), RULES, MANIFESTS)
    with pytest.raises(BadArchive):
        tags_in(found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", '[{"Config": "c", "repotags": ["traefik:2"]}]'),
        ("manifest.json", '[{"RepoTag\u017f": ["traefik:2"]}]'),
        (
            "index.json",
            '{"Manifests": [{"Annotations": {"io.containerd.image.name": "traefik:2"}}]}',
        ),
    ],
)
def test_a_name_is_found_however_its_key_is_spelt(tmp_path: Path, name: str, content: str) -> None:
    """An Engine takes keys without regard to case, and would move the tag."""
    found = look(tar(tmp_path, member(name, content.encode())), RULES, MANIFESTS)
    assert tags_in(found) == ("traefik:2",)


@pytest.mark.parametrize(
    "content",
    [
        '[{"RepoTags": ["a:1"], "repotags": ["traefik:2"]}]',
        '[{"RepoTags": ["traefik:2"], "RepoTags": ["a:1"]}]',
    ],
)
def test_of_two_keys_none_is_believed(tmp_path: Path, content: str) -> None:
    found = look(tar(tmp_path, member("manifest.json", content.encode())), RULES, MANIFESTS)
    with pytest.raises(BadArchive):
        tags_in(found)
