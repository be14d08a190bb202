"""`/diff`: what in a container's files is not as in its image: added, changed, deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.command.call import Call, at
from bot.command.spec import command, targets
from bot.hosts.changes import Change, Deed
from bot.hosts.types import Kind, Target
from bot.message import Message, Names, Untrusted, msg
from bot.reply import Block, Document, Excerpt, Reply, Text
from handlers.formatted import refresh

_SHOWN = 60
_ORDER = (Deed.ADDED, Deed.CHANGED, Deed.DELETED)
_COUNTED = {
    Deed.ADDED: msg("{count} added"),
    Deed.CHANGED: msg("{count} changed"),
    Deed.DELETED: msg("{count} deleted"),
}


@command(
    "container diff",
    shortcut="diff",
    permission="container.diff",
    act=msg("list what was changed in {target}"),
    cost=3,
)
@targets(Kind.CONTAINER, nargs=1)
async def diff(call: Call, container: Target) -> Reply:
    """Show what was changed in the files of a container."""
    found = await call.host.containers.diff(container.id)
    ordered = sorted(found, key=lambda change: _ORDER.index(change.deed))
    blocks: list[Block] = [Text(_verdict(at(container.name, container.host), found))]
    if ordered:
        blocks.append(Excerpt(_lines(ordered[:_SHOWN]), tail=False))
    files: tuple[Document, ...] = ()
    if len(ordered) > _SHOWN:
        blocks.append(Text(msg("and {more} more", more=len(ordered) - _SHOWN)))
        name = Untrusted(f"{container.name.raw}-diff.txt")
        files = (Document(name, _lines(found).raw.encode(), msg("All of it, as a file")),)
    return Reply(tuple(blocks), documents=files, buttons=((refresh(call),),))


def _verdict(name: Untrusted, found: Iterable[Change]) -> Message:
    counts = Counter(change.deed for change in found)
    told = tuple(_COUNTED[deed].having(count=counts[deed]) for deed in _ORDER if counts[deed])
    if not told:
        return msg("{name}: nothing was changed", name=name)
    return msg("{name}: {counts}", name=name, counts=Names(told))


def _lines(found: Iterable[Change]) -> Untrusted:
    """As Docker prints them; a path is one line, whatever it is called."""
    paths = (f"{c.deed.value} {_one_line(c.path.raw)}" for c in found)
    return Untrusted("\n".join(paths))


def _one_line(path: str) -> str:
    return path.replace("\n", "\\n").replace("\r", "\\r")
