"""An uploaded archive as a fresh tar: what was not understood of it goes no further.

First all of it is looked at, so that nothing of a bad one reaches an Engine; then it is written
anew, header by header, as it is sent. Two programs that read one archive never agree on all of it.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from bot.archive.bad import BadArchive
from bot.archive.members import Member, blocks, folders, members
from bot.archive.rules import Rules
from bot.message import msg

_PIECE = 512 * 1024
_LISTED = 1000
_KEPT = 4 * 1024 * 1024


@dataclass(slots=True)
class Contents:
    """What an archive holds: how many entries, how many bytes, the first names.

    `files` are the contents of those that were asked for, by their names; `behind` is a member that
    would be written through a link of the archive, "" if none would; `links` are those links.
    """

    entries: int = 0
    size: int = 0
    names: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    behind: str = ""


def look(path: Path, rules: Rules, wanted: frozenset[str] = frozenset()) -> Contents:
    """Read all of it; of what is `wanted`, keep the content.

    Raises:
        BadArchive: something is wrong with it.
    """
    found = Contents()
    with members(path, rules) as each:
        for member in each:
            found.entries += 1
            found.size += member.info.size
            _note_links(member, found)
            if not member.info.isdir() and len(found.names) < _LISTED:
                found.names.append(member.info.name)
            if member.info.name in wanted:
                _keep(member, found)
            else:
                for _ in blocks(member):
                    pass
    return found


def _note_links(member: Member, found: Contents) -> None:
    name = member.info.name
    if found.links and not found.links.isdisjoint(folders(name)):
        found.behind = found.behind or name
    if member.info.issym():
        found.links.add(name)


def _keep(member: Member, found: Contents) -> None:
    """Only one file of that name: of two, who unpacks it might take the other."""
    name = member.info.name
    if name in found.files or not member.info.isreg() or member.info.size > _KEPT:
        raise BadArchive(msg("The archive is not what it says it is."))
    found.files[name] = b"".join(blocks(member))


def _nothing(_name: str) -> bool:
    return False


def repacked(
    path: Path,
    rules: Rules,
    without: Callable[[str], bool] = _nothing,
    last: dict[str, bytes] | None = None,
) -> Iterator[bytes]:
    """It as a tar, in pieces of about half a megabyte; less what is `without`.

    `last` are files that end it, in the place of those of these names: of two, the last is taken.

    Raises:
        BadArchive: something is wrong with it.
    """
    ends = last or {}
    added = (_of(name, content) for name, content in ends.items())
    with members(path, rules) as each:
        kept = (
            member
            for member in each
            if member.info.name not in ends and not without(member.info.name)
        )
        yield from _joined(piece for member in chain(kept, added) for piece in _written(member))


def _of(name: str, content: bytes) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return Member(info, io.BytesIO(content))


def single(name: str, path: Path, *, mode: int = 0o644) -> Iterator[bytes]:
    """One file as a tar."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = path.stat().st_size, mode
    info.mtime = int(path.stat().st_mtime)
    with path.open("rb") as file:
        yield from _joined(_written(Member(info, file)))


def _written(member: Member) -> Iterator[bytes]:
    yield member.info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    yield from blocks(member)
    yield bytes(-member.info.size % tarfile.BLOCKSIZE)


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """With the two empty blocks that end a tar."""
    room: list[bytes] = []
    size = 0
    for piece in pieces:
        room.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(room)
            room, size = [], 0
    yield b"".join((*room, bytes(2 * tarfile.BLOCKSIZE)))
