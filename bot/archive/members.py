"""The members of an uploaded archive, one after the other, each checked before it is handed on.

tar is read as a stream by the standard library, which is held back where it would believe a header
and fill the memory: long names and pax records are bounded, and no list of members is kept.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from bot.archive.bad import BadArchive
from bot.archive.opened import BROKEN, Counted, Form, Reader, broken, form_of, unpacked
from bot.archive.rules import Rules, behind, odd
from bot.message import msg

_BLOCK = 256 * 1024
_RECORD = 1024 * 1024  # bytes of one long name or pax record
_RECORDS = 16 * 1024 * 1024  # of all of them
_DIRECTORY = 4 * 1024 * 1024  # of a zip's list of members: 90,000 of them at most
_ZIP_SIZE = 5  # the place of its size in what `zipfile` reads of a file's end
_XATTR = "SCHILY.xattr."


@dataclass(frozen=True, slots=True)
class Member:
    """A file, folder or link. `content` has `info.size` bytes, and is read before the next one."""

    info: tarfile.TarInfo
    content: Reader | None


class _Info(tarfile.TarInfo):
    """Believes no header that tells of a long name or record longer than any that is meant."""

    def _proc_gnulong(self, tar: Any) -> Any:  # noqa: ANN401 - the library's own
        self._bounded(tar)
        return super()._proc_gnulong(tar)  # type: ignore[misc]  # undeclared, and what reads them

    def _proc_pax(self, tar: Any) -> Any:  # noqa: ANN401 - the same
        self._bounded(tar)
        return super()._proc_pax(tar)  # type: ignore[misc]  # the same

    def _proc_sparse(self, *_: Any) -> Any:  # noqa: ANN401 - the same
        raise odd(self.name)

    def _proc_gnusparse_00(self, member: Any, *_: Any) -> None:  # noqa: ANN401 - the same
        raise odd(str(member.name))

    _proc_gnusparse_01 = _proc_gnusparse_10 = _proc_gnusparse_00

    def _bounded(self, tar: Any) -> None:  # noqa: ANN401 - the same
        tar.records = getattr(tar, "records", 0) + max(self.size, 0)
        if self.size > _RECORD or tar.records > _RECORDS:
            raise BadArchive(msg("A name in it is longer than any file's."))


@contextmanager
def members(path: Path, rules: Rules) -> Iterator[Iterator[Member]]:
    """The members of a tar or zip.

    Raises:
        BadArchive: as soon as something is wrong with it, or if it is neither.
    """
    match form_of(path, rules):
        case Form.TAR:
            with unpacked(path, rules) as reader:
                yield _of_tar(reader, rules)
        case Form.ZIP:
            with path.open("rb") as file:
                yield _of_zip(file, rules)
        case Form.FILE:
            raise BadArchive(msg("It is no archive: send a .tar, .tar.gz or .zip."))


def _of_tar(reader: Counted, rules: Rules) -> Iterator[Member]:
    try:
        with tarfile.open(
            fileobj=cast("IO[bytes]", reader), mode="r|", tarinfo=_Info, bufsize=_BLOCK
        ) as tar:
            count, links = 0, set[str]()
            while (found := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # it would keep them all
                count += 1
                rules.count(count)
                info = _checked(found, rules)
                _through(info, links, rules)
                yield Member(info, tar.extractfile(found) if info.isreg() else None)
    except (tarfile.TarError, RecursionError, *BROKEN) as error:
        raise broken() from error


def folders(name: str) -> list[str]:
    """The folders above a member, the highest first."""
    ends = [at for at, letter in enumerate(name) if letter == "/"]
    return [name[:end] for end in ends]


def _through(info: tarfile.TarInfo, links: set[str], rules: Rules) -> None:
    """Refuse what lies behind a link: where that leads, the names do not tell.

    In a file system of its own that is as it should be.
    """
    if rules.rooted:
        return
    names = (info.name, *((rules.path(info.linkname),) if info.islnk() else ()))
    for name in names if links else ():
        itself = (name,) if info.isdir() or info.islnk() else ()
        if not links.isdisjoint((*folders(name), *itself)):
            raise behind(name)
    if info.issym():
        links.add(info.name)
    elif info.name in links:
        raise behind(info.name)


def _checked(found: tarfile.TarInfo, rules: Rules) -> tarfile.TarInfo:
    """A new header, of what is understood of the old one; nothing else of that goes on."""
    info = tarfile.TarInfo(rules.path(found.name))
    if found.issparse() or not (found.isreg() or found.isdir() or found.issym() or found.islnk()):
        raise odd(found.name)
    info.type = tarfile.REGTYPE if found.isreg() else found.type
    if found.issym() or found.islnk():
        rules.link(info.name, found.linkname, hard=found.islnk())
        info.linkname = found.linkname
    info.size = found.size if found.isreg() else 0
    info.mode = found.mode & 0o7777
    info.uid, info.gid = max(found.uid, 0), max(found.gid, 0)
    info.mtime = int(max(0, min(float(found.mtime), 2.0**33)))
    if rules.rooted:
        info.pax_headers = {k: v for k, v in found.pax_headers.items() if k.startswith(_XATTR)}
    return info


def _of_zip(file: IO[bytes], rules: Rules) -> Iterator[Member]:
    try:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # noqa: SLF001 - before the list is read
        if end is None or end[_ZIP_SIZE] > _DIRECTORY:
            raise BadArchive(msg("It has more than {most} entries.", most=rules.entries))
        with zipfile.ZipFile(file) as archive:
            total = 0
            for count, entry in enumerate(archive.infolist(), 1):
                rules.count(count)
                total += entry.file_size
                rules.amount(total, max(file.tell(), _packed(file)))
                yield _entry(archive, entry, rules)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *BROKEN) as error:
        raise broken() from error


def _packed(file: IO[bytes]) -> int:
    return Path(file.name).stat().st_size


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, rules: Rules) -> Member:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise odd(entry.filename)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise BadArchive(msg("It is compressed in a way that I don't unpack. Use zip or gzip."))
    info = tarfile.TarInfo(rules.path(entry.filename))
    info.mode = stat.S_IMODE(entry.external_attr >> 16) or 0o755
    if entry.is_dir():
        info.type = tarfile.DIRTYPE
        return Member(info, None)
    info.size = entry.file_size
    return Member(info, cast("Reader", archive.open(entry)))


def blocks(member: Member) -> Iterator[bytes]:
    """The content of a member, exactly as much as was announced.

    Raises:
        BadArchive: it is less, or broken.
    """
    left = member.info.size
    while left and member.content is not None:
        try:
            piece = member.content.read(min(left, _BLOCK))
        except (tarfile.TarError, zipfile.BadZipFile, *BROKEN) as error:
            raise broken() from error
        if not piece:
            raise broken()
        left -= len(piece)
        yield piece
