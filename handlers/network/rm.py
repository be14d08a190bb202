"""`/network rm`: a network that runs something stays; what would miss it is told."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call, at
from bot.command.plan import Item, Plan, of_target
from bot.command.spec import Danger, command, targets
from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts.types import Kind, Network, Target
from bot.message import Message, Names, msg, plural
from bot.reply import Reply, Text
from handlers.asked import removal_of
from handlers.each import each
from handlers.pruning import asks_all_the_same
from handlers.users import Users, names, of_networks, runs


async def _plan(call: Call) -> Plan:
    """What would go; the Engine keeps what is its own, and what a running container is in."""
    users = of_networks(await call.host.inventory.containers())
    own = {n.id for n in call.seen if isinstance(n, Network) and n.builtin}
    why = {t.id: _why_not(t, users, builtin=t.id in own) for t in call.targets}
    going = [t for t in call.targets if why[t.id] is None]
    staying = [told for told in why.values() if told is not None]
    if not going:
        raise Conflict(*staying, msg("Nothing was changed."))
    items = tuple(map(of_target, going))
    question, yes = removal_of(call, items)
    return Plan(
        question=question,
        yes=yes,
        items=items,
        blocks=(
            *(Text(told) for target in going for told in _missed(target, users)),
            *map(Text, staying),
            Text(msg("Cannot be undone.")),
        ),
    )


def _why_not(target: Target, users: Users, *, builtin: bool) -> Message | None:
    """Why it stays, None if it would go."""
    name = at(target.name, target.host)
    if builtin:
        return msg("{name} is Docker's own: it stays.", name=name)
    running = [c for c in users.get(target.name.raw, ()) if runs(c)]
    if running:
        used = names(running)
        return msg("{name} is used by {users}: disconnect them first.", name=name, users=used)
    return None


def _missed(target: Target, users: Users) -> Iterator[Message]:
    """Who is in it without running, and won't start without it."""
    stopped = [c for c in users.get(target.name.raw, ()) if not runs(c)]
    if stopped:
        yield plural(
            "{users} is in {name}, and won't start without it.",
            "{users} are in {name}, and won't start without it.",
            len(stopped),
            users=names(stopped),
            name=target.name,
        )


@command(
    "network rm",
    aliases=("network remove",),
    permission="network.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
)
@targets(Kind.NETWORK)
@asks_all_the_same
async def rm(call: Call, networks: tuple[Target, ...]) -> Reply:
    """Remove one or more networks."""

    async def act(item: Item) -> None:
        try:
            await call.host.networks.remove(item.id)
        except NotFound:
            raise
        except DockerFault as error:
            raise await _by_whom(call, item, error) from error

    return await each(call, act, done=msg("Removed {name}."))


async def _by_whom(call: Call, item: Item, error: DockerFault) -> BotError:
    """The Engine does not tell who came into it meanwhile."""
    if error.unknown:
        return error
    try:
        found = await call.host.networks.inspect(item.id)
    except BotError:
        return error
    if not found.endpoints:
        return error
    used = Names(tuple(e.name for e in found.endpoints[:5]))
    return Conflict(
        msg("{name} is used by {users}.", name=item.name, users=used),
        msg("Nothing was changed."),
    )
