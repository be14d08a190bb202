"""What is at the places where something goes, before it goes and after it was cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.command.call import Call
from bot.command.plan import Item
from bot.hosts.archives import Entry
from bot.hosts.types import Kind
from bot.message import Message, Names, Untrusted, msg, plural
from bot.reply import Outcome, Reply, Text

_AT_ONCE = 8
_SHOWN = 8
_NEW = "new"


def item_of(container: str, path: str, state: str) -> Item:
    """A path in the container of an id, as an item of a plan."""
    return Item(Kind.PATH, f"{container}:{path}", Untrusted(path), state)


def state_of(entry: Entry | None) -> str:
    """What must not have changed of what is at a path, if anything is."""
    return f"{entry.size} {entry.changed:.3f}" if entry else _NEW


async def entries(call: Call, container: str, paths: Sequence[str]) -> list[Entry | None]:
    """What is at these paths now."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(path: str) -> Entry | None:
        async with gate:
            return await call.host.archives.stat(container, path)

    return list(await asyncio.gather(*map(one, paths)))


async def left(call: Call) -> Reply:
    """The bot was killed while it went in: what has changed at its places tells how far it came."""
    _, *files = call.items  # the first is the folder that they go to
    container = files[0].id.partition(":")[0]
    now = await entries(call, container, [item.name.raw for item in files])
    changed = [i for i, entry in zip(files, now, strict=True) if state_of(entry) != i.state]
    told = (
        msg("? {what}", what=call.label),
        msg("I was restarted."),
        *_told(changed, len(files)),
        msg("I did not repeat it."),
    )
    return Reply(tuple(map(Text, told)), outcome=Outcome.UNKNOWN, rings=True)


def _told(changed: Sequence[Item], count: int) -> tuple[Message, ...]:
    if not changed:
        return (msg("Nothing of it is there: all is as it was."),)
    names = Names(tuple(item.name for item in changed[:_SHOWN]))
    there = plural(
        "There now, or changed, is {count} of {all}: {names}",
        "There now, or changed, are {count} of {all}: {names}",
        len(changed),
        all=count,
        names=names,
    )
    return (there, msg("The last may not be whole."))
