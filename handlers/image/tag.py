"""`/tag`: another name for an image; taking it from another image is shown, and asked about."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.plan import Plan
from bot.command.references import REFERENCE
from bot.command.spec import Danger, argument, command, targets
from bot.hosts.reference import full
from bot.hosts.types import Image, Kind, Target
from bot.message import Message, Size, msg
from bot.reply import Reply, Text
from handlers.image.naming import here, item_of, move_of, plan_of, root_of, short


def _source(call: Call) -> Image:
    return next(thing for thing in call.seen if isinstance(thing, Image))


def _has(image: Image, tag: str) -> bool:
    return full(tag) in {full(one.raw) for one in image.tags}


async def _root(call: Call) -> tuple[Message, ...]:
    tag = call.params["target"]
    return () if _has(_source(call), tag) else await root_of(call, tag)


async def _moves(call: Call) -> bool:
    return await move_of(call, call.params["target"], _source(call).id) is not None


async def _plan(call: Call) -> Plan:
    """What has the tag now, and what would have it then."""
    source, tag = _source(call), call.params["target"]
    move = await move_of(call, tag, source.id)
    then = Text(msg("Then: {id}, {size}", id=short(source.id), size=Size(source.size)))
    yes = msg("Tag {tag}", tag=here(call, tag))
    return plan_of(call, tag, move, item_of(source, call.targets[0].name), yes, then)


@command(
    "image tag",
    shortcut="tag",
    permission="image.tag",
    act=msg("tag {target}"),
    danger=Danger.CHANGE,
    risky=_moves,
    plan=_plan,
    root=_root,
)
@targets(Kind.IMAGE, "source", nargs=1)
@argument("target", type=REFERENCE)
async def tag(call: Call, source: Target, target: str) -> Reply:
    """Give an image another tag."""
    image, name = source.name, here(call, target)
    if _has(_source(call), target):
        return Reply((Text(msg("{tag} is {image} already.", tag=name, image=image)),))
    before = await move_of(call, target, source.id)
    await call.host.images.tag(source.id, target)
    blocks = [Text(msg("{tag} is now {image}.", tag=name, image=image))]
    if before is not None:
        blocks.append(Text(msg("Before, it was {id}.", id=short(before.before.id))))
    return Reply(tuple(blocks))
