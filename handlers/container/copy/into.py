"""A document into a container, once what it would overwrite has been shown."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bot.archive.repack import repacked, single
from bot.command.call import Call, at
from bot.command.plan import Plan
from bot.command.spec import Danger, command, flag, paths, refused
from bot.errors import BotError, Cancelled, Conflict, DockerFault
from bot.hosts.archives import Entry
from bot.hosts.types import Target
from bot.message import Message, Moment, Size, Untrusted, msg, plural
from bot.reply import Block, Fold, Reply, Table, Text
from handlers.container.copy.load import Load, load_of
from handlers.container.copy.there import entries, item_of, left, state_of
from handlers.container.copy.way import way
from handlers.receiving import received, rules, sent
from handlers.root import into
from handlers.running import unless_stopped

_LOOKED = 200  # files of an archive that are looked for in the container
_SHOWN = 8


async def _plan(call: Call) -> Plan:
    """What would be overwritten."""
    way(call.params["paths"], attached=True)
    container = call.targets[0]
    async with received(call, "/cp CONTAINER:PATH") as path:
        load = await load_of(call, path)
    names = [posixpath.join(load.folder, name) for name in load.names[:_LOOKED]]
    there = dict(zip(names, await entries(call, container.id, names), strict=True))
    where = at(Untrusted(f"{container.name.raw}:{load.folder}"), container.host)
    items = [item_of(container.id, load.folder, load.digest)]
    items += [item_of(container.id, name, state_of(entry)) for name, entry in there.items()]
    return Plan(
        question=_question(call, load, where),
        yes=msg("Copy into {name}", name=at(container.name, container.host)),
        items=tuple(items),
        blocks=tuple(_overwritten(there, load)),
    )


def _question(call: Call, load: Load, where: Untrusted) -> Message:
    if load.unpacked:
        return plural(
            "Unpack {count} entry into {path}?",
            "Unpack {count} entries into {path}?",
            load.count,
            path=where,
        )
    name = Untrusted(load.names[0])
    return msg("Copy {name} ({size}) into {path}?", name=name, size=Size(load.size), path=where)


def _overwritten(there: dict[str, Entry | None], load: Load) -> Iterator[Block]:
    found = {name: entry for name, entry in there.items() if entry is not None}
    if not found:
        yield Text(msg("Nothing is overwritten."))
    else:
        yield Text(plural("Overwrites {count} file:", "Overwrites {count} files:", len(found)))
        rows = tuple(
            (Untrusted(name), Size(entry.size), Moment(entry.changed))
            for name, entry in found.items()
        )
        yield Table(rows[:_SHOWN], right=frozenset({1}))
        if len(rows) > _SHOWN:
            yield Fold((Table(rows[_SHOWN:], right=frozenset({1})),))
    if load.count > _LOOKED:
        yield Text(msg("I looked for the first {count} only.", count=_LOOKED))


@command(
    "container put",
    permission="container.cp",
    act=msg("copy into {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
    feature="files",
    secret=True,
    streams=lambda _: True,
    root=into,
    left=left,
    hidden=True,
    cost=5,
)
@paths()
@flag("-a", "--archive", help="Keep owner and group of what goes in")
@flag("-L", "--follow-link", help="Copy to what a link leads to, as I always do")
@refused("-q", "--quiet", why=msg("How far it is takes no message of its own."))
async def put(call: Call, paths: tuple[str, ...], *, archive: bool, follow_link: bool) -> Reply:
    """Copy a document into a container."""
    container = call.targets[0]
    async with received(call, "/cp CONTAINER:PATH") as path:
        load = await load_of(call, path)
        shown = {(item.id, item.state) for item in call.items}
        going = item_of(container.id, load.folder, load.digest)
        if (going.id, going.state) not in shown:
            raise Conflict(
                msg("It is not the document that was shown."), msg("Nothing was changed.")
            )
        tar = repacked(path, rules(call)) if load.unpacked else single(load.names[0], path)
        try:
            work = call.host.archives.put(
                container.id, load.folder, sent(call, tar), keep_owner=archive
            )
            await unless_stopped(call, work)
        except Cancelled as error:
            raise _halfway(call, container, load) from error
    where = at(Untrusted(f"{container.name.raw}:{load.folder}"), container.host)
    return Reply((Text(_done(load, where)),))


def _done(load: Load, where: Untrusted) -> Message:
    if load.unpacked:
        return plural(
            "Unpacked {count} entry into {path}",
            "Unpacked {count} entries into {path}",
            load.count,
            path=where,
        )
    name = Untrusted(load.names[0])
    return msg("Copied {name} ({size}) into {path}", name=name, size=Size(load.size), path=where)


def _halfway(call: Call, container: Target, load: Load) -> BotError:
    where = at(Untrusted(f"{container.name.raw}:{load.folder}"), container.host)
    return DockerFault(
        msg("Stopped: {what}", what=call.label),
        msg("Part of it may be in {path} already.", path=where),
        unknown=True,
    )
