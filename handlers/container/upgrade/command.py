"""`/upgrade`: declared, and done to one container after the other, in the order of their stack."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call, at
from bot.command.kinds import whole
from bot.command.spec import Danger, command, flag, option, targets
from bot.errors import BotError, Cancelled
from bot.hosts.roots import told as reasons
from bot.hosts.types import Kind, Target
from bot.message import Message, Untrusted, msg
from bot.reply import Outcome, Reply
from handlers.container.upgrade import told
from handlers.container.upgrade.groups import Group, groups, looked_at, reached
from handlers.container.upgrade.journal import Unwritten
from handlers.container.upgrade.left import left
from handlers.container.upgrade.one import CHANGED, pulled, scheduled
from handlers.container.upgrade.plan import obstacles, plan
from handlers.container.upgrade.told import Told
from handlers.root import into

_HOUR = 3600
_LONGEST = 4 * 3600.0  # seconds of a pull and of what follows


async def _root(call: Call) -> tuple[Message, ...]:
    """Who decides what a container that holds the host runs holds the host."""
    found = [*await into(call)]
    for group in await groups(call):
        for other in group.others:
            found += reasons(await call.host.roots.of(other.id))
        if not group.obstacles:
            found += reasons(await call.host.roots.of_tag(group.main.reference))
    return tuple(dict.fromkeys(found))


@command(
    "container upgrade",
    shortcut="upgrade",
    permission="container.upgrade",
    act=msg("upgrade {target}"),
    danger=Danger.DISRUPTIVE,
    asks=True,
    plan=plan,
    root=_root,
    reaches=reached,
    left=left,
    feature="update",
    deadline=_LONGEST,
    cost=5,
)
@targets(Kind.CONTAINER)
@flag("--no-pull", help="Take the image that the host has under the name")
@option("--wait", type=whole(1, _HOUR), help="Seconds that the new one may take to be well")
async def upgrade(
    call: Call, containers: tuple[Target, ...], *, no_pull: bool, wait: int | None
) -> Reply:
    """Make containers again, the same, of the newest image of their name.

    The old one is only stopped until the new one is healthy or, without a health check, has run for
    ten seconds. If it is not, the old one comes back by itself. Of one that does not run the old
    one is kept beside the new one, as nothing shows that that is well.

    With the label `pierhead.upgrade=pinned` or `pierhead.upgrade=off` a container is left as it is.
    What its image says there is not heard; where both say the same, use the other word.
    """
    agreed = frozenset(item.id for item in call.items)
    every: list[Told] = []
    left_out: list[Message] = []
    found, absent = await looked_at(call)
    for one in absent:
        if one.target.id in agreed:
            name = one.target.name
            every.append(told.not_begun(name, at(name, call.host.name), (one.why,)))
        elif scheduled(call):
            left_out += obstacles(call, (), (one,))
    for group in found:
        shown_as = at(group.main.name, call.host.name)
        if group.main.id not in agreed:
            if scheduled(call):  # else it was shown that it can't be done
                left_out += obstacles(call, (group,))
            continue
        if group.obstacles or not group.ids <= agreed:
            why = group.obstacles or (CHANGED,)
            every.append(told.not_begun(group.main.name, shown_as, why))
        elif call.running.cancelled.is_set():
            every.append(
                told.not_begun(group.main.name, shown_as, (msg("It was stopped before."),))
            )
        else:
            every.append(await _one(call, group, shown_as))
    return told.reply(call, every, left_out)


async def _one(call: Call, group: Group, shown_as: Untrusted) -> Told:
    """Pull and switch; what it comes to, also if that is an error."""
    name = group.main.name
    try:
        return await pulled(call, group, shown_as)
    except Cancelled as error:
        return replace(
            told.not_begun(name, shown_as, (error.message, *error.hints)), outcome=Outcome.CANCELLED
        )
    except Unwritten as error:
        return told.not_begun(name, shown_as, (error.message,))
    except BotError as error:
        return told.failed(name, shown_as, error)
