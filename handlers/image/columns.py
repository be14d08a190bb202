"""The fields of an image for `--format`, by the names that `docker images` has for them.

An image has a row for each of its tags; one without a tag has one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.hosts.types import Image
from bot.reply import docker
from bot.reply.syntax import read
from handlers.formatted import Columns, Look

_NONE = "<none>"
_UNKNOWN = "N/A"
TABLE = read("table {{.Repository}}\\t{{.Tag}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}")
DIGESTS = read(
    "table {{.Repository}}\\t{{.Tag}}\\t{{.Digest}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}"
)


@dataclass(frozen=True, slots=True)
class Named:
    """An image under one of its names."""

    image: Image
    repository: str = _NONE
    tag: str = _NONE
    digest: str = _NONE


def named(images: Iterable[Image], *, digests: bool) -> Iterator[Named]:
    """The rows; with `digests`, one for each digest of a tag as well, as with Docker."""
    for image in images:
        yield from _tagged(image, digests=digests) or (Named(image),)


def _tagged(image: Image, *, digests: bool) -> list[Named]:
    known = [digest.raw.partition("@")[::2] for digest in image.digests]
    rows: list[Named] = []
    seen: set[str] = set()
    for written in image.tags:
        repository, _, tag = written.raw.rpartition(":")
        seen.add(repository)
        mine = [digest for name, digest in known if name == repository] if digests else []
        rows += (Named(image, repository, tag, digest) for digest in mine or [_NONE])
    left = ((name, digest) for name, digest in known if name not in seen)
    rows += (Named(image, name, _NONE, digest if digests else _NONE) for name, digest in left)
    return rows


def _shared(row: Named, _look: Look) -> str:
    shared = row.image.shared
    return _UNKNOWN if shared is None else docker.decimal(shared, 4)


def _unique(row: Named, _look: Look) -> str:
    shared = row.image.shared
    return _UNKNOWN if shared is None else docker.decimal(row.image.size - shared, 4)


COLUMNS: Columns[Named] = {
    "ID": lambda row, look: docker.short(row.image.id, whole=look.whole),
    "Repository": lambda row, _: row.repository,
    "Tag": lambda row, _: row.tag,
    "Digest": lambda row, _: row.digest,
    "CreatedSince": lambda row, look: docker.ago(look.now - row.image.created),
    "CreatedAt": lambda row, look: docker.stamp(row.image.created, look.zone),
    "Size": lambda row, _: docker.decimal(row.image.size),
    "Containers": lambda row, _: _UNKNOWN if row.image.users is None else str(row.image.users),
    "SharedSize": _shared,
    "UniqueSize": _unique,
}
