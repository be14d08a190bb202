"""What an upgrade is about: each container with those that live in it, and what stands against it.

Those that share its network, processes or memory would be left in something that is gone: so they
are made again as well, of the image that they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import NotFound
from bot.hosts.answer import mapping, string
from bot.hosts.newer import LABEL, unnamed
from bot.hosts.reference import same_tag
from bot.hosts.snapshots import Snapshot
from bot.hosts.stacks import needs_of, service_of, stacks
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, Message, Names, Untrusted, msg, plural


@dataclass(frozen=True, slots=True)
class Group:
    """A container that is to be upgraded, those that live in it, and why it can't be done."""

    target: Target
    main: Snapshot
    others: tuple[Snapshot, ...] = ()
    obstacles: tuple[Message, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """All that are made again."""
        return frozenset(one.id for one in (self.main, *self.others))

    @property
    def along(self) -> tuple[Snapshot, ...]:
        """Those that live in it and are of the same image: they become newer as well."""
        tag = self.main.reference
        return tuple(one for one in self.others if same_tag(tag, one.reference))

    @property
    def items(self) -> tuple[Item, ...]:
        """Those that live in it, for a plan."""
        return tuple(Item(Kind.CONTAINER, one.id, one.name, _state(one)) for one in self.others)


@dataclass(frozen=True, slots=True)
class Absent:
    """A target that went, or whose image did, since it was named; the others don't depend on it."""

    target: Target
    why: Message


async def groups(call: Call) -> tuple[Group, ...]:
    """What the call's targets come to, each after what it depends on.

    Raises:
        DockerFault: the Engine fails.
    """
    return (await looked_at(call))[0]


async def looked_at(call: Call) -> tuple[tuple[Group, ...], tuple[Absent, ...]]:
    """The same, and which of them are not there any more.

    Raises:
        DockerFault: the Engine fails.
    """
    found, absent = list[Group](), list[Absent]()
    for target in _ordered(call):
        try:
            found.append(await group_of(call, target))
        except NotFound as error:
            absent.append(Absent(target, error.message))
    return tuple(_alone(group, found) for group in found), tuple(absent)


async def group_of(call: Call, target: Target) -> Group:
    """One of them, as it is now.

    Raises:
        DockerFault: the Engine fails, or it is gone.
    """
    snapshots = call.host.snapshots
    main = await snapshots.of(target.id)
    others = await snapshots.sharing(main)
    links = await snapshots.linked_by(main)
    against = [*_against(call, main), *main.obstacles]
    if links:
        against.append(_linked(links))
    for other in others:
        told = (*other.obstacles, *await _moved(call, main, other), *_own(call, other))
        against += [msg("{name}: {why}", name=other.name, why=why) for why in told]
    return Group(target, main, others, tuple(against))


async def reached(call: Call) -> tuple[Item, ...]:
    """Which other containers are made again as well."""
    return tuple(item for group in await groups(call) for item in group.items)


def users(call: Call, containers: Sequence[Container], group: Group) -> tuple[Untrusted, ...]:
    """The containers of its stack that depend on it."""
    me = next((one for one in containers if one.id == group.main.id), None)
    if me is None or me.project is None:
        return ()
    same = [one for one in containers if one.project == me.project]
    needs = needs_of(same)
    return tuple(one.name for one in same if service_of(me) in needs[service_of(one)])


def _against(call: Call, main: Snapshot) -> tuple[Message, ...]:
    if own := _own(call, main):
        return own
    if said := main.choice:
        label = Code(f"{LABEL}={said}")
        return (msg("Its label {label} keeps it as it is.", label=label),)
    if unnamed(main.reference, main.image_id):
        return (msg("It was made of an image without a name: nothing can be newer."),)
    if "@" in main.reference:
        return (msg("It was made of a digest, which stays what it is."),)
    if main.local and not call.params["no_pull"]:
        return (
            msg("Its image was built or loaded here: another's may have its name in the registry."),
            msg("With --no-pull it gets what the host has under the name."),
        )
    return ()


def _own(call: Call, one: Snapshot) -> tuple[Message, ...]:
    if not call.host.roots.is_own(one.id):
        return ()
    return (msg("It is Pierhead itself: it can't stop itself and go on."),)


def _linked(links: Sequence[Untrusted]) -> Message:
    return plural(
        "{names} has an old link to it (--link). Connect both to one network instead.",
        "{names} have old links to it (--link). Connect all to one network instead.",
        len(links),
        names=Names(tuple(links)),
    )


async def _moved(call: Call, main: Snapshot, other: Snapshot) -> tuple[Message, ...]:
    """What is made again for another's sake must not become newer unseen."""
    if same_tag(main.reference, other.reference):
        return ()  # the plan tells that it becomes newer
    try:
        if await call.host.images.id_of(other.reference) == other.image_id:
            return ()
    except NotFound:
        pass
    image = Untrusted(other.reference)
    return (msg("It would be made again, but {image} is another image by now.", image=image),)


def _alone(group: Group, every: Sequence[Group]) -> Group:
    """It can't be upgraded by itself at the same time as what it lives in."""
    hosts = [g.main.name for g in every if g is not group and group.main.id in g.ids]
    if not hosts:
        return group
    told = msg("It lives in {name}, and is made again with it. Name one of them.", name=hosts[0])
    return Group(group.target, group.main, group.others, (*group.obstacles, told))


def _ordered(call: Call) -> tuple[Target, ...]:
    """The targets, those of a stack after what they depend on."""
    seen = [thing for thing in call.seen if isinstance(thing, Container)]
    order = [one.id for stack in stacks(seen) for one in stack.containers]
    ranks = {id_: rank for rank, id_ in enumerate(order)}
    return tuple(sorted(call.targets, key=lambda target: ranks.get(target.id, -1)))


def _state(one: Snapshot) -> str:
    return string(mapping(one.container.get("State")), "Status")
