"""`/cp web:/path -`: a file as a document, a folder as an archive."""

from __future__ import annotations

import posixpath
from collections.abc import AsyncIterator

from bot.archive.first import first_file
from bot.command.call import Call, Request, at
from bot.command.spec import command, flag, paths, refused
from bot.errors import BotError, UsageError
from bot.hosts.archives import Entry
from bot.hosts.types import Target
from bot.message import Untrusted, msg
from bot.reply import Reply
from handlers.container.copy.way import way
from handlers.root import into
from handlers.sending import Parcel, send


def _goes_in(words: tuple[str, ...], request: Request) -> str | None:
    """Into a container goes what was sent; that is another command, as it changes something."""
    typed = [w for w in words if w == "-" or not w.startswith(("-", "@"))]
    try:
        inward = way(typed, attached=request.attachment is not None).inward
    except UsageError:
        return None
    return "container put" if inward else None


@command(
    "container cp",
    shortcut="cp",
    permission="container.cp",
    act=msg("copy out of {target}"),
    feature="files",
    secret=True,
    streams=lambda _: True,
    follows=lambda _: False,
    root=into,
    redirect=_goes_in,
    cost=5,
)
@paths()
@flag("-a", "--archive", help="Keep owner and group of what goes in")
@flag("-L", "--follow-link", help="Copy what a link leads to, as I always do")
@refused("-q", "--quiet", why=msg("How far it is takes no message of its own."))
async def cp(call: Call, paths: tuple[str, ...], *, archive: bool, follow_link: bool) -> Reply:
    """Copy a file or folder out of a container, or a document into one.

    CONTAINER:PATH is where. Without a document it comes out. A document with the caption
    /cp CONTAINER:PATH goes in; with /cp - CONTAINER:PATH an archive is unpacked there.
    """
    path = way(paths, attached=False).path
    return await _sent(call, call.targets[0], path)


async def _sent(call: Call, container: Target, path: str, *, linked: bool = False) -> Reply:
    """What is at a path; a link is followed once, as the Engine has resolved it to its end."""
    async with call.host.archives.fetch(container.id, path) as (entry, tar):
        where = at(Untrusted(f"{container.name.raw}:{path}"), container.host)
        if not entry.leads or linked:
            return await _packed(call, entry, tar, path, where)
    return await _sent(call, container, entry.leads, linked=True)


async def _packed(
    call: Call, entry: Entry, tar: AsyncIterator[bytes], path: str, where: Untrusted
) -> Reply:
    name = posixpath.basename(path) or call.targets[0].name.raw
    if entry.folder:
        parcel = Parcel(Untrusted(f"{name}.tar.gz"), msg("{path}: {size}, packed", path=where))
        return await send(call, parcel, tar)
    _only_a_file(entry, where)
    parcel = Parcel(Untrusted(name), msg("{path}: {size}", path=where), packed=False)
    return await send(call, parcel, first_file(tar))


def _only_a_file(entry: Entry, where: Untrusted) -> None:
    if not entry.regular:
        raise BotError(msg("{path} is neither a file nor a folder.", path=where))
