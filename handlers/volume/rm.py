"""`/volume rm`: what would be lost is shown first; a volume in use stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.command.call import Call, at
from bot.command.plan import Item, Plan, of_target
from bot.command.spec import Danger, command, flag, targets
from bot.errors import BotError, Conflict
from bot.hosts.types import Kind, Target, Volume
from bot.message import Message, Size, Span, Value, msg
from bot.reply import Reply, Table, Text
from handlers import pruning
from handlers.asked import removal_of
from handlers.each import each
from handlers.users import Users, names, of_volumes


async def _plan(call: Call) -> Plan:
    """What would go, and how much that is; what a container uses the Engine would not remove."""
    containers, usage = await asyncio.gather(
        call.host.inventory.containers(), pruning.counted(call.host)
    )
    users = of_volumes(containers)
    held = [t for t in call.targets if users.get(t.id)]
    going = [t for t in call.targets if not users.get(t.id)]
    if not going:
        raise Conflict(
            *(_held(t, users) for t in held),
            msg("Remove what uses it first. Nothing was changed."),
        )
    sizes = {v.name.raw: v.size for v in usage.volumes} if usage else {}
    items = tuple(replace(of_target(t), size=sizes.get(t.id) or 0) for t in going)
    found = {v.name.raw: v for v in call.seen if isinstance(v, Volume)}
    question, yes = removal_of(call, items)
    return Plan(
        question=question,
        yes=yes,
        items=items,
        blocks=(
            Table(tuple(_row(call, found[item.id], sizes.get(item.id)) for item in items)),
            *(Text(_held(t, users)) for t in held),
            *((Text(msg("What is in use stays.")),) if held else ()),
            Text(msg("All that is in it is lost. Cannot be undone."))
            if len(items) == 1
            else Text(msg("All that is in them is lost. Cannot be undone.")),
        ),
    )


def _row(call: Call, volume: Volume, size: int | None) -> tuple[Value, ...]:
    """Its name, its size where that could be counted soon, and how old it is."""
    counted = msg("size unknown") if size is None else Size(size)
    if not volume.created:
        return volume.name, counted
    return volume.name, counted, Span(max(0.0, call.services.clock() - volume.created))


def _held(target: Target, users: Users) -> Message:
    name = at(target.name, target.host)
    return msg("{name} is used by {users}.", name=name, users=names(users[target.id]))


@command(
    "volume rm",
    aliases=("volume remove",),
    permission="volume.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
)
@targets(Kind.VOLUME)
@flag("-f", "--force", help="Force the removal, also where the driver of a volume has gone")
async def rm(call: Call, volumes: tuple[Target, ...], *, force: bool) -> Reply:
    """Remove one or more volumes, with all that is in them."""

    async def act(item: Item) -> None:
        try:
            await call.host.volumes.remove(item.id, force=force)
        except Conflict as error:
            raise await _by_whom(call, item, error) from error

    return await each(call, act, done=msg("Removed {name}."))


async def _by_whom(call: Call, item: Item, error: Conflict) -> BotError:
    """The Engine tells ids of who came to use it meanwhile; people know names."""
    try:
        users = of_volumes(await call.host.inventory.containers()).get(item.id)
    except BotError:
        return error
    if not users:
        return error
    return Conflict(
        msg("{name} is used by {users}.", name=item.name, users=names(users)),
        msg("Nothing was changed."),
    )
