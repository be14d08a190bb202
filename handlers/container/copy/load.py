"""What a document is that goes into a container, and where in it: as `docker cp` finds it."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.archive.opened import Form, form_of
from bot.archive.repack import look
from bot.command.call import Call, at
from bot.errors import BotError
from bot.hosts.archives import Entry
from bot.hosts.types import Target
from bot.message import Message, Untrusted, msg
from handlers.container.copy.way import Way, way
from handlers.receiving import looked, rules


@dataclass(frozen=True, slots=True)
class Load:
    """What goes in: into which folder, under which names (the first of `count`), how many bytes."""

    folder: str
    names: Sequence[str]
    count: int
    size: int
    unpacked: bool
    digest: str


async def load_of(call: Call, path: Path) -> Load:
    """What the document is, and where it would go.

    Raises:
        BotError: the path in the container does not fit it.
    """
    going = way(call.params["paths"], attached=True)
    container = call.targets[0]
    there = await _followed(call, container, going.path)
    where = at(Untrusted(f"{container.name.raw}:{going.path}"), container.host)
    digest = await looked(call, _digest, path)
    form = await looked(call, form_of, path, rules(call)) if going.unpacked else Form.FILE
    if form is not Form.FILE:
        if there is None or not there[1].folder:
            raise BotError(msg("There is no folder {path}.", path=where), _unchanged())
        contents = await looked(call, look, path, rules(call))
        count, size = contents.entries, contents.size
        return Load(there[0], contents.names, count, size, unpacked=True, digest=digest)
    folder, name = await _place(call, container, going, there, where)
    size = (await looked(call, path.stat)).st_size
    return Load(folder, [name], 1, size, unpacked=False, digest=digest)


async def _place(
    call: Call,
    container: Target,
    going: Way,
    there: tuple[str, Entry] | None,
    where: Untrusted,
) -> tuple[str, str]:
    """The folder and the name of a single file, as `docker cp` finds them."""
    if there is not None and there[1].folder:
        return there[0], _own_name(call)
    if there is None and going.folder:
        raise BotError(msg("There is no folder {path}.", path=where), _unchanged())
    if there is not None:
        return posixpath.dirname(there[0]), posixpath.basename(there[0])
    parent = posixpath.dirname(going.path)
    found = await _followed(call, container, parent)
    if found is None or not found[1].folder:
        inside = at(Untrusted(f"{container.name.raw}:{parent}"), container.host)
        raise BotError(msg("There is no folder {path}.", path=inside), _unchanged())
    return found[0], posixpath.basename(going.path)


async def _followed(call: Call, container: Target, path: str) -> tuple[str, Entry] | None:
    """What is at a path, and at which, once a link has been followed; None for nothing."""
    found = await call.host.archives.stat(container.id, path)
    if found is None or not found.leads:
        return (path, found) if found else None
    there = await call.host.archives.stat(container.id, found.leads)
    return (found.leads, there) if there else None


def _own_name(call: Call) -> str:
    """The document's own name, as a file's."""
    raw = call.attachment.name.raw if call.attachment else ""
    name = posixpath.basename(raw.replace("\\", "/"))
    if name in {"", ".", ".."} or not name.isprintable():
        raise BotError(msg("The document has no name that fits."), _unchanged())
    return name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unchanged() -> Message:
    return msg("Nothing was changed.")
