"""`/rename`: another name for a container; whoever has that name already is told."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.command.spec import Danger, argument, command, targets
from bot.errors import Conflict
from bot.hosts.types import Kind, Target
from bot.message import Untrusted, msg
from bot.reply import Reply
from bot.reply.containers import state_of
from handlers.each import each


@command(
    "container rename",
    shortcut="rename",
    permission="container.rename",
    act=msg("rename {target}"),
    danger=Danger.CHANGE,
)
@targets(Kind.CONTAINER, nargs=1)
@argument("new_name")
async def rename(call: Call, container: Target, new_name: str) -> Reply:
    """Rename a container."""
    wanted = new_name.removeprefix("/")
    new = at(Untrusted(wanted), call.host.name)

    async def act(item: Item) -> bool:
        if item.name.raw == wanted:
            return False
        try:
            await call.host.containers.rename(item.id, new_name)
        except Conflict as error:
            every = await call.host.inventory.containers()
            holder = next((c for c in every if c.name.raw == wanted), None)
            if holder is None:
                raise
            raise Conflict(
                msg("There is a {name} already: {state}", name=new, state=state_of(holder)),
                msg("Rename or remove that one first. Nothing was changed."),
            ) from error
        return True

    return await each(
        call,
        act,
        done=msg("{name} is now {new}.", new=new),
        already=msg("{name} has that name already."),
    )
