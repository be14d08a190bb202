"""`/rmi`: takes names from images, and removes the images whose last name goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.command.call import Call
from bot.command.grammar import parse
from bot.command.plan import Item, Plan
from bot.command.spec import Danger, command, flag, refused, targets
from bot.errors import Conflict, NotFound
from bot.hosts.types import Kind, Target
from bot.message import Message, Names, Size, Untrusted, msg, plural
from bot.pipeline.authorize import refusal
from bot.reply import Block, Reply, Text
from handlers.asked import removal_of
from handlers.each import each
from handlers.image.names import Rules, Step
from handlers.image.naming import here, item_of
from handlers.users import names


async def _steps(call: Call) -> list[Step]:
    """What would become of each name that was typed."""
    path, host = call.command.path, call.host
    words = parse(call.command, call.argv[len(path) :], host.name).params["images"]
    images = await host.images.list(all=True)
    rules = Rules(images, await host.inventory.containers(), call.params["force"])
    return list(rules.steps(words))


async def _plan(call: Call) -> Plan:
    """Which names go, whether the images go as well, and who uses them."""
    steps = await _steps(call)
    going = [step for step in steps if not step.why]
    if not going:
        raise Conflict(refusal(call), *_reasons(steps), msg("Nothing was changed."))
    items = tuple(item_of(step.image, Untrusted(step.name)) for step in going)
    question, yes = removal_of(call, items)
    blocks = [*_stays(steps), *(Text(_fate(step)) for step in going)]
    if any(step.goes for step in going):
        blocks.append(Text(msg("Cannot be undone.")))
    return Plan(question, yes, items, tuple(blocks))


def _reasons(steps: Sequence[Step]) -> Iterator[Message]:
    for step in steps:
        if len(steps) > 1:
            yield msg("x {name}: {why}", name=Untrusted(step.name), why=step.why[0])
            yield from step.why[1:]
        else:
            yield from step.why


def _stays(steps: Sequence[Step]) -> Iterator[Block]:
    for step in steps:
        if step.why:
            yield Text(msg("x {name}: {why}", name=Untrusted(step.name), why=step.why[0]))


def _fate(step: Step) -> Message:
    """What goes with a name, or what keeps the image."""
    name = Untrusted(step.name)
    if step.goes:
        return msg("{name}: the image goes, {size}.", name=name, size=Size(step.image.size))
    if step.left:
        left = Names(tuple(map(Untrusted, step.left)))
        return msg("{name}: the name goes, the image stays {names}.", name=name, names=left)
    if step.users:
        return plural(
            "{name}: the name goes, {names} keeps the image.",
            "{name}: the name goes, {names} keep the image.",
            len(step.users),
            name=name,
            names=names(step.users),
        )
    return msg("{name}: the name goes, others are built on the image.", name=name)


@command(
    "image rm",
    shortcut="rmi",
    aliases=("image remove",),
    permission="image.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
)
@targets(Kind.IMAGE)
@flag("-f", "--force", help="Force the removal of an image that a container was made of")
@flag("--no-prune", help="Keep the images without a name that it is built on")
@refused("--platform", value=True, why=msg("An image goes with all that the host has of it."))
async def rm(call: Call, images: tuple[Target, ...], *, force: bool, no_prune: bool) -> Reply:
    """Remove one or more images, or names of them."""
    host = call.host

    async def act(item: Item) -> Message | None:
        name = item.name.raw
        by_name = "@" in name or name in item.state.split()
        if by_name and await host.images.id_of(name) != item.id:
            raise NotFound(msg("Another image has that name now."), msg("Nothing was changed."))
        reference = name if by_name else item.id
        if await host.images.remove(reference, force=force, parents=not no_prune):
            return None
        return msg("Removed the name {name}: the image stays.", name=here(call, name))

    return await each(call, act, done=msg("Removed {name}."))
