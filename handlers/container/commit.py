"""`/commit`: a container's files, as they are now, become an image."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.plan import Item, Plan, of_target
from bot.command.references import REFERENCE
from bot.command.spec import Danger, argument, command, option, targets
from bot.errors import DockerFault
from bot.hosts.types import Kind, Target
from bot.message import Message, Size, Untrusted, msg
from bot.reply import Block, Reply, Text
from handlers.image.naming import Move, here, move_of, plan_of, root_of, short
from handlers.root import into
from handlers.running import shown

_LONGEST = 600.0  # seconds


async def _root(call: Call) -> tuple[Message, ...]:
    name = call.params["name"]
    # Who has its files as an image has read them: as with an export.
    return (*await into(call), *(await root_of(call, name) if name else ()))


async def _moves(call: Call) -> bool:
    name = call.params["name"]
    return name is not None and await move_of(call, name) is not None


async def _plan(call: Call) -> Plan:
    """What has the name now that the new image would get."""
    name = call.params["name"]
    yes = msg("Commit to {tag}", tag=here(call, name))
    return plan_of(call, name, await move_of(call, name), of_target(call.targets[0]), yes)


@command(
    "container commit",
    shortcut="commit",
    permission="container.commit",
    act=msg("commit {target}"),
    danger=Danger.CHANGE,
    risky=_moves,
    plan=_plan,
    root=_root,
    deadline=_LONGEST,
    cost=5,
)
@targets(Kind.CONTAINER, nargs=1)
@option("-a", "--author", help="Author, as in 'Olga <olga@example.com>'")
@option("-c", "--change", multiple=True, help="Apply an instruction, as in 'CMD [\"/bin/sh\"]'")
@option("-m", "--message", help="Say what it is")
@option("-p", "--pause", is_flag=True, default=True, help="Pause it meanwhile, unless false")
@argument("name", required=False, type=REFERENCE)
async def commit(
    call: Call,
    container: Target,
    name: str | None,
    author: str | None,
    change: tuple[str, ...],
    message: str | None,
    *,
    pause: bool,
) -> Reply:
    """Make an image of a container as it is now."""
    if name:  # to look for it after a kill
        await call.keep((of_target(container), Item(Kind.IMAGE, "", Untrusted(name))))
    move = await move_of(call, name) if name else None
    view = Reply((Text(msg("{name}: making an image of it…", name=_name(container))),))
    async with shown(call, lambda: view):
        made = await call.host.commits.commit(
            container.id,
            name=name,
            author=author,
            message=message,
            changes=change,
            pause=pause,
            seconds=_LONGEST,
        )
    return Reply(tuple(await _told(call, container, name, made, move)))


async def _told(
    call: Call, container: Target, name: str | None, made: str, move: Move | None
) -> list[Block]:
    what = here(call, name) if name else at(short(made), call.host.name)
    blocks: list[Block] = [
        Text(msg("Made {image} of {name}.", image=what, name=container.name)),
        Text(await _size(call, made)),
    ]
    if move is not None:
        blocks.append(Text(msg("Before, it was {id}.", id=short(move.before.id))))
    return blocks


async def _size(call: Call, made: str) -> Message:
    """The new image's id and size; the size is not worth failing for."""
    try:
        images = await call.host.images.list()
    except DockerFault:
        images = ()
    size = next((image.size for image in images if image.id == made), None)
    if size is None:
        return msg("Image {id}.", id=short(made))
    return msg("Image {id}, {size}.", id=short(made), size=Size(size))


def _name(container: Target) -> Untrusted:
    return at(container.name, container.host)
