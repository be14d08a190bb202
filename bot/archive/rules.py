"""What an archive may hold, whoever has made it: names, links, kinds, and how much.

Bytes are counted as they come out of the decompression. A name or a link that leads out of the
archive could be written anywhere; a device or a named pipe is never what somebody sends on purpose.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from bot.archive.bad import BadArchive
from bot.message import Size, Untrusted, msg

_SHOWN = 80  # characters of a name


@dataclass(frozen=True, slots=True)
class Rules:
    """How much: `most` bytes, unpacked. More than `ratio` times its packed size is a bomb.

    That is once it is more than `free` bytes. `rooted`: its root is that of a file system, so that
    links may be absolute. `stopped`: nobody waits for it any more; asked in the thread that reads.
    """

    most: int
    entries: int = 200_000
    depth: int = 64
    ratio: int = 400
    free: int = 64 * 1024 * 1024
    rooted: bool = False
    stopped: Callable[[], bool] = lambda: False

    def path(self, name: str) -> str:
        """A member's name, relative and without detours; "." is the root.

        Raises:
            BadArchive: it leads out of the archive, or is none.
        """
        if name.startswith("/"):
            raise BadArchive(msg("{name} is an absolute path.", name=_name(name)))
        parts = name.split("/")
        if ".." in parts:
            raise BadArchive(msg("{name} leads out of the archive.", name=_name(name)))
        if "\0" in name or len(parts) > self.depth:
            raise BadArchive(msg("{name} is no path that I take.", name=_name(name)))
        return posixpath.normpath(name) if name else "."

    def link(self, name: str, target: str, *, hard: bool) -> None:
        """Refuse a link that leads out of the archive. A hard one is told from its root.

        Raises:
            BadArchive: it does.
        """
        if target.startswith("/"):
            if not self.rooted:
                raise _outward(name, target)
            target, base = target.lstrip("/"), ""
        else:
            base = "" if hard else posixpath.dirname(name)
        found = posixpath.normpath(posixpath.join(base, target))
        if found == ".." or found.startswith("../"):
            raise _outward(name, target)

    def amount(self, unpacked: int, packed: int) -> None:
        """Refuse more than may be.

        Raises:
            BadArchive: it is.
        """
        if self.stopped():
            raise BadArchive(msg("It was stopped, or takes too long to look through."))
        if unpacked > self.most:
            raise BadArchive(msg("Unpacked it is more than {most}.", most=Size(self.most)))
        if unpacked > self.free and unpacked > self.ratio * max(packed, 1):
            raise BadArchive(msg("It unpacks to far more than it is: a bomb."))

    def count(self, entries: int) -> None:
        """Refuse more members than may be.

        Raises:
            BadArchive: there are.
        """
        if entries > self.entries:
            raise BadArchive(msg("It has more than {most} entries.", most=self.entries))


def odd(name: str) -> BadArchive:
    """A member that is neither a file, a folder nor a link."""
    return BadArchive(
        msg("{name} is a device, a pipe or a sparse file.", name=_name(name)),
        msg("Pack it again without that."),
    )


def behind(name: str) -> BadArchive:
    """A member that would be written through a link."""
    return BadArchive(msg("{name} lies behind a link of the archive.", name=_name(name)))


def _outward(name: str, target: str) -> BadArchive:
    link, leads = _name(name), _name(target)
    return BadArchive(msg("{name} is a link out of the archive: {target}", name=link, target=leads))


def _name(name: str) -> Untrusted:
    clean = name.encode("utf-8", "replace").decode()
    return Untrusted(clean[:_SHOWN])
