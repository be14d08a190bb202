"""The database and its key: whether they can be used, or made, and who owns the bot."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from bot.checks.row import Row, amiss, plain, well
from bot.config import Settings
from bot.message import Code, Message, Names, Person, Size, Untrusted, msg
from storage import ballast
from storage.errors import Missing, StorageError
from storage.jobs import start
from storage.look import look
from storage.people import Owners, owners

DATABASE = msg("database")
_OWNER = msg("owner")
_ROOM = 2 * ballast.SIZE  # bytes on its disk, or a start makes no ballast


async def store(settings: Settings) -> list[Row]:
    """Look at it, on a thread of its own that nothing waits for at the end: a disk can hang."""
    found: list[Row] = []
    await asyncio.wrap_future(start("check", lambda: found.extend(_rows(settings))))
    return found


def _rows(settings: Settings) -> Iterator[Row]:
    storage = settings.storage
    try:
        claimed: Owners | None = _claimed(settings)
        where = str(storage.file) if storage.file else storage.url.partition(":")[0]
        problem = next(_problems(storage.file, storage.key_path), None)
        yield amiss(DATABASE, *problem) if problem else well(DATABASE, plain(where))
    except StorageError as error:
        claimed = None
        yield amiss(DATABASE, plain(str(error)))
    yield _owner(settings, claimed)


def _claimed(settings: Settings) -> Owners:
    """Owners by claim, as they are stored; nobody where there is no database yet."""
    try:
        with look(settings.storage.url, settings.storage.key_path) as connection:
            return owners(connection)
    except Missing:
        return Owners({}, ())


def _problems(file: Path | None, key: Path) -> Iterator[tuple[Message, Message]]:
    """What would keep the bot from writing, and what to look at."""
    written = [file, file.with_name(f"{file.name}-wal")] if file else []
    for path in map(_nearest, (*written, *([] if os.access(key, os.F_OK) else [key]))):
        if not os.access(path, os.W_OK):
            there = Code(str(path))
            yield msg("{path} may not be written", path=there), plain(f"ls -ld {path}")
    if file and (left := ballast.free(_nearest(file))) < _ROOM:
        yield msg("{size} are left on its disk", size=Size(left)), plain(f"df -h {_nearest(file)}")


def _nearest(path: Path) -> Path:
    """The path itself, or the folder in which it would have to be made."""
    return next(p for p in (path.absolute(), *path.absolute().parents) if os.access(p, os.F_OK))


def _owner(settings: Settings, claimed: Owners | None) -> Row:
    command = Code("pierhead claim")
    mend = msg("{command}, or {key} in the config", command=command, key=Code("access.owners"))
    if settings.access.owners:
        return well(_OWNER, _listed(*(Code(str(number)) for number in settings.access.owners)))
    if claimed is None:
        return amiss(_OWNER, msg("unknown, as the database can't be read"))
    if claimed.names:
        known = claimed.names.items()
        return well(_OWNER, _listed(*(Person(Untrusted(name), n) for n, name in known)))
    if claimed.forged:
        return amiss(_OWNER, msg("none: the record was changed in the database"), mend)
    return amiss(_OWNER, msg("nobody owns this bot yet"), mend)


def _listed(*names: Code | Person) -> Message:
    return Message("{names}", values={"names": Names(names)})
