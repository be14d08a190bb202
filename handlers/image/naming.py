"""What is told of an image, and of the tag that goes from one image to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.command.call import Call, at
from bot.command.plan import Item, Plan
from bot.hosts.reference import full, same_tag
from bot.hosts.roots import told
from bot.hosts.types import Container, Image, Kind
from bot.message import Message, Size, Untrusted, msg, plural
from bot.reply import Block, Text
from handlers.users import names

_SHORT = 12


def short(image_id: str) -> Untrusted:
    """The digits by which people know an image."""
    return Untrusted(image_id.removeprefix("sha256:")[:_SHORT])


def item_of(image: Image, name: Untrusted) -> Item:
    """An image as an item of a plan: which tags it has is what must not have changed."""
    state = " ".join(sorted(tag.raw for tag in image.tags))
    return Item(Kind.IMAGE, image.id, name, state, image.size)


@dataclass(frozen=True, slots=True)
class Move:
    """A tag that another image has now, and the containers that were made of it."""

    tag: str
    before: Image
    made: tuple[Container, ...]

    def told(self) -> tuple[Block, ...]:
        """What it means that the tag goes."""
        blocks = [Text(msg("Now: {id}, {size}", id=short(self.before.id), size=_size(self.before)))]
        if len(self.before.tags) == 1:
            blocks.append(Text(msg("That one keeps no name: a prune removes it.")))
        if self.made:
            stay = plural(
                "{names} keeps it until it is made again.",
                "{names} keep it until they are made again.",
                len(self.made),
                names=names(self.made),
            )
            blocks.append(Text(stay))
        return tuple(blocks)


async def move_of(call: Call, tag: str, to: str = "") -> Move | None:
    """What has the tag now, unless that is the image `to`, which is to have it.

    Raises:
        DockerFault: there is no answer.
    """
    before = holder(await call.host.images.list(), tag)
    if before is None or before.id == to:
        return None
    every = await call.host.inventory.containers()
    made = tuple(c for c in every if c.image_id == before.id and same_tag(c.image.raw, tag))
    return Move(tag, before, made)


def plan_of(
    call: Call, tag: str, move: Move | None, item: Item, yes: Message, *more: Block
) -> Plan:
    """The question about a tag that goes from one image to another; `item` is what gets it."""
    items = [item]
    if move is not None:
        items.append(item_of(move.before, short(move.before.id)))
    return Plan(
        question=msg("Give {tag} to another image?", tag=here(call, tag)),
        yes=yes,
        items=tuple(items),
        blocks=(*(move.told() if move else ()), *more),
    )


async def note(call: Call, names: Iterable[str]) -> None:
    """Write down which images it is about, for the audit, and to look for them after a kill."""
    items = tuple(Item(Kind.IMAGE, "", Untrusted(name)) for name in names)
    call.about[:] = items
    await call.keep(items)


def holder(images: Iterable[Image], tag: str) -> Image | None:
    """The image that has this tag."""
    wanted = full(tag)
    return next((i for i in images if any(full(t.raw) == wanted for t in i.tags)), None)


async def root_of(call: Call, tag: str) -> tuple[Message, ...]:
    """Why who gives this tag to another image is root: what is made of it then, runs that."""
    return told(await call.host.roots.of_tag(tag))


def here(call: Call, name: str) -> Untrusted:
    """A name with its host, as it is shown."""
    return at(Untrusted(name), call.host.name)


def _size(image: Image) -> Size:
    return Size(image.size)
