"""`/network disconnect`: a container is no longer in a network."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call, at
from bot.command.plan import Item, Plan, of_target
from bot.command.spec import Danger, command, flag, targets
from bot.hosts.types import Kind, Target
from bot.message import msg
from bot.pipeline.confirm import states
from bot.reply import Reply
from handlers.each import each
from handlers.network.inside import is_in


async def _plan(call: Call) -> Plan:
    """What is asked where it was a button."""
    network, container = call.targets
    name = at(container.name, container.host)
    return Plan(
        question=msg("Disconnect {name} from {network}?", name=name, network=network.name),
        yes=msg("Disconnect {name}", name=name),
        items=tuple(map(of_target, call.targets)),
        blocks=tuple(states(call)),
    )


@command(
    "network disconnect",
    permission="network.disconnect",
    act=msg("disconnect {target}"),
    danger=Danger.DISRUPTIVE,
    plan=_plan,
)
@targets(Kind.NETWORK, nargs=1)
@targets(Kind.CONTAINER, nargs=1)
@flag("-f", "--force", help="Force the container to disconnect from a network")
async def disconnect(call: Call, network: Target, container: Target, *, force: bool) -> Reply:
    """Disconnect a container from a network."""

    async def act(item: Item) -> bool:
        if not await is_in(call, network, item):
            return False
        await call.host.networks.disconnect(network.id, item.id, force=force)
        return True

    name = at(network.name, network.host)
    return await each(
        replace(call, items=(of_target(container),)),
        act,
        done=msg("Disconnected {name} from {network}.", network=name),
        already=msg("{name} was not in {network}.", network=name),
    )
