"""What an image is built of: the document as a context, and which Dockerfile in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.archive import ignore
from bot.archive.bad import BadArchive
from bot.archive.members import folders
from bot.archive.opened import Form, form_of
from bot.archive.repack import look, repacked, single
from bot.archive.rules import Rules
from bot.message import Untrusted, msg
from handlers.image.build.bases import bases

DOCKERFILE = "Dockerfile"
_LARGEST = 1024 * 1024  # bytes of a Dockerfile


@dataclass(frozen=True, slots=True)
class Context:
    """A tar, and the images that its Dockerfile takes from elsewhere."""

    tar: Iterator[bytes]
    images: tuple[str, ...]


def context_of(path: Path, rules: Rules, dockerfile: str, given: Mapping[str, str]) -> Context:
    """The context, looked through before anything of it is sent. `given` are the build args.

    Raises:
        BadArchive: something is wrong with it, or it has no such Dockerfile.
    """
    if form_of(path, rules) is Form.FILE:
        if path.stat().st_size > _LARGEST:
            raise BadArchive(msg("It is neither an archive nor a Dockerfile."))
        return Context(single(dockerfile, path), bases(path.read_bytes(), given))
    found = look(path, rules, frozenset({dockerfile, ignore.NAME}))
    if dockerfile not in found.files:
        name = Untrusted(dockerfile)
        raise BadArchive(
            msg("There is no {name} in the archive.", name=name),
            msg("It stands at its root, or -f tells where."),
        )
    # Through a link, what was read here could be written over once more.
    behind = found.behind or next(iter(found.links & set(folders(dockerfile))), "")
    if behind:
        raise BadArchive(msg("{name} lies behind a link.", name=Untrusted(behind[:80])))
    images = bases(found.files[dockerfile], given)
    left_out = ignore.parse(found.files.get(ignore.NAME, b""))
    return Context(repacked(path, rules, left_out, found.files), images)


def name_of(given: str | None) -> str:
    """Where in the context the Dockerfile is.

    Raises:
        BadArchive: that is not in it.
    """
    name = posixpath.normpath(given) if given else DOCKERFILE
    if name.startswith(("/", "../")) or name in {"..", "."}:
        raise BadArchive(msg("{name} is not in the archive.", name=Untrusted(name[:80])))
    return name
