"""What an upgrade would do, shown before it is asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.command.call import Call, at
from bot.command.plan import Plan, of_target
from bot.errors import Conflict
from bot.hosts.types import Container
from bot.message import Message, Names, Untrusted, msg, plural
from bot.pipeline.authorize import refusal
from bot.reply import Block, Text
from handlers.container.upgrade.groups import Absent, Group, looked_at, users
from handlers.container.upgrade.told import short
from handlers.image.registries import may_pull

_UNCHANGED = msg("Nothing was changed.")


async def plan(call: Call) -> Plan:
    """The containers, what they run, and what else is made again with them.

    Raises:
        Conflict: none of them can be upgraded.
        Denied: who asks may not pull.
    """
    if not call.params["no_pull"]:
        may_pull(call)
    found, absent = await looked_at(call)
    able = [group for group in found if not group.obstacles]
    why = tuple(obstacles(call, found, absent))
    if not able:
        raise Conflict(refusal(call), *why, _UNCHANGED)
    every = await call.host.snapshots.all()
    blocks: list[Block] = [line for group in able for line in _lines(call, group, every)]
    blocks += map(Text, why)
    blocks.append(Text(msg("What it wrote elsewhere than in volumes is not taken along.")))
    blocks.append(Text(msg("If the new one is not well in time, the old one comes back.")))
    items = [of_target(group.target) for group in able]
    items += [item for group in able for item in group.items]
    question, yes = _words(call, able)
    return Plan(question, yes, tuple(items), tuple(blocks))


def _words(call: Call, able: Sequence[Group]) -> tuple[Message, Message]:
    host = call.host.name
    if len(able) == 1:
        name = at(able[0].main.name, host)
        return msg("Upgrade {name}?", name=name), msg("Upgrade {name}", name=name)
    count, shown = len(able), Untrusted(host)
    return (
        plural(
            "Upgrade {count} container on {host}?",
            "Upgrade {count} containers on {host}?",
            count,
            host=shown,
        ),
        plural("Upgrade {count} on {host}", "Upgrade {count} on {host}", count, host=shown),
    )


def _lines(call: Call, group: Group, every: Sequence[Container]) -> Iterator[Text]:
    main = group.main
    yield Text(
        msg(
            "{name}: {id} → newest {image}",
            name=main.name,
            id=short(main.image_id),
            image=Untrusted(main.reference),
        )
    )
    if not main.runs:
        yield Text(msg("{name} does not run, and the new one won't either.", name=main.name))
        yield Text(msg("So nothing shows that it is well: the old one is kept beside it."))
    if group.others:
        names = Names(tuple(one.name for one in group.others))
        yield Text(msg("Made again with it: {names}", names=names))
    if group.along:
        names = Names(tuple(one.name for one in group.along))
        yield Text(msg("Of the same image, and newer as well: {names}", names=names))
    if by := users(call, every, group):
        yield Text(plural("{names} uses it.", "{names} use it.", len(by), names=Names(by)))


def obstacles(
    call: Call, found: Sequence[Group], absent: Sequence[Absent] = ()
) -> Iterator[Message]:
    """Why some can't be upgraded; by name, unless only one is asked for."""
    every = [(group.main.name, why) for group in found for why in group.obstacles]
    every += [(one.target.name, one.why) for one in absent]
    for name, why in every:
        named = msg("x {name}: {why}", name=name, why=why)
        yield why if len(call.targets) == 1 else named
