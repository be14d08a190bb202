"""What an image is built of: the document as a context, and which Dockerfile in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from bot.archive.bad import BadArchive
from bot.archive.opened import Form, form_of
from bot.archive.repack import look, repacked, single
from bot.archive.rules import Rules
from bot.message import Untrusted, msg

DOCKERFILE = "Dockerfile"
_LARGEST = 1024 * 1024  # bytes of a Dockerfile


def tar_of(path: Path, rules: Rules, dockerfile: str) -> Iterator[bytes]:
    """The context as a tar, looked through before anything of it is sent.

    Raises:
        BadArchive: something is wrong with it, or it has no such Dockerfile.
    """
    if form_of(path, rules) is Form.FILE:
        if path.stat().st_size > _LARGEST:
            raise BadArchive(msg("It is neither an archive nor a Dockerfile."))
        return single(dockerfile, path)
    found = look(path, rules, frozenset({dockerfile}))
    if dockerfile not in found.files:
        name = Untrusted(dockerfile)
        raise BadArchive(
            msg("There is no {name} in the archive.", name=name),
            msg("It stands at its root, or -f tells where."),
        )
    return repacked(path, rules)


def name_of(given: str | None) -> str:
    """Where in the context the Dockerfile is.

    Raises:
        BadArchive: that is not in it.
    """
    name = posixpath.normpath(given) if given else DOCKERFILE
    if name.startswith(("/", "../")) or name in {"..", "."}:
        raise BadArchive(msg("{name} is not in the archive.", name=Untrusted(name[:80])))
    return name
