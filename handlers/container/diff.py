"""`/diff`: what in a container's files is not as in its image: added, changed, deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.command.call import Call, at
from bot.command.kinds import PAGE, choice
from bot.command.spec import command, flag, option, targets
from bot.hosts.changes import Change, Deed
from bot.hosts.types import Kind, Target
from bot.message import Message, Names, Untrusted, msg
from bot.reply import Excerpt, Reply
from handlers.pages import in_full, in_pages

_ORDER = (Deed.ADDED, Deed.CHANGED, Deed.DELETED)
_COUNTED = {
    Deed.ADDED: msg("{count} added"),
    Deed.CHANGED: msg("{count} changed"),
    Deed.DELETED: msg("{count} deleted"),
}
_SORTS: dict[str, Callable[[Change], Any]] = {
    "kind": lambda change: (_ORDER.index(change.deed), change.path.raw),
    "path": lambda change: change.path.raw,
}
_SORTED = {"kind": msg("By kind"), "path": msg("By path")}


@command(
    "container diff",
    shortcut="diff",
    permission="container.diff",
    act=msg("list what was changed in {target}"),
    cost=3,
)
@targets(Kind.CONTAINER, nargs=1)
@flag("--no-trunc", help="Show everything in full, as a file")
@option("--sort", type=choice(*_SORTS), default="kind", help="Sort by kind, path")
@option("--page", type=PAGE, help="Show one page of the list")
async def diff(
    call: Call, container: Target, sort: str, page: int | None, *, no_trunc: bool
) -> Reply:
    """Show what was changed in the files of a container."""
    found = sorted(await call.host.containers.diff(container.id), key=_SORTS[sort])
    verdict = _verdict(at(container.name, container.host), found)
    if no_trunc and found:
        return in_full(call, verdict, f"{container.name.raw}-diff.txt", _lines(found).encode())
    return in_pages(call, verdict, found, _excerpt, _SORTED)


def _verdict(name: Untrusted, found: Iterable[Change]) -> Message:
    counts = Counter(change.deed for change in found)
    told = tuple(_COUNTED[deed].having(count=counts[deed]) for deed in _ORDER if counts[deed])
    if not told:
        return msg("{name}: nothing was changed", name=name)
    return msg("{name}: {counts}", name=name, counts=Names(told))


def _excerpt(found: Sequence[Change]) -> Excerpt:
    """No table, which would cut a path: what tells them apart is the end."""
    return Excerpt(Untrusted(_lines(found)), tail=False)


def _lines(found: Iterable[Change]) -> str:
    """As Docker prints them; a path is one line, whatever it is called."""
    return "\n".join(f"{c.deed.value} {_one_line(c.path.raw)}" for c in found)


def _one_line(path: str) -> str:
    return path.replace("\n", "\\n").replace("\r", "\\r")
