"""`/images`: what images there are, the biggest first."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import as_engine_filters, choice, filters
from bot.command.spec import command, flag, option
from bot.hosts.types import Image
from bot.message import Message, Size, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Text
from handlers.offer import may

_SHOWN = 8
_FOLDED = 60
_SORTS = {
    "size": lambda i: -i.size,
    "created": lambda i: -i.created,
    "name": lambda i: (i.dangling, name_of(i).raw),
}


@command(
    "image ls",
    shortcut="images",
    aliases=("image list",),
    permission="image.ls",
    act=msg("list the images of {host}"),
)
@flag("-a", "--all", help="Show all images, intermediate ones too")
@flag("-q", "--quiet", help="Only show image IDs")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("reference", "label", "dangling", "before", "since", "until"),
    help="Filter by a condition, as in dangling=true",
)
@option("--sort", type=choice(*_SORTS), default="size", help="Sort by size, created, name")
async def ls(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    quiet: bool,
    wanted: tuple[tuple[str, str], ...],
    sort: str,
) -> Reply:
    """List images."""
    found = await call.host.images.list(all=all, filters=as_engine_filters(wanted))
    images = sorted(found, key=_SORTS[sort])
    verdict = _verdict(call, images)
    if quiet:
        ids = "\n".join(i.id.removeprefix("sha256:")[:12] for i in images)
        return Reply((Text(verdict), *([Excerpt(Untrusted(ids))] if ids else [])))
    blocks: list[Block] = [Text(verdict)]
    if images:
        blocks.append(_table(images[:_SHOWN]))
    if len(images) > _SHOWN:
        blocks.append(Fold((_table(images[_SHOWN:_FOLDED]),)))
    if len(images) > _FOLDED:
        blocks.append(Text(msg("and {more} more", more=len(images) - _FOLDED)))
    host = call.host.name
    label = msg("Prune images on {host}…", host=Untrusted(host))
    prune = Button(label, ("image", "prune"), host=host)
    offered = any(i.dangling for i in images) and may(call, "image prune")
    return Reply(tuple(blocks), buttons=((prune,),) if offered else ())


def name_of(image: Image) -> Untrusted:
    """Its first tag, or its short id where it has none."""
    return image.tags[0] if image.tags else Untrusted(image.id.removeprefix("sha256:")[:12])


def _verdict(call: Call, images: list[Image]) -> Message:
    host = Untrusted(call.host.name)
    if not images:
        return msg("{host}: no images", host=host)
    return plural("{host}: {count} image", "{host}: {count} images", len(images), host=host)


def _table(images: list[Image]) -> Table:
    return Table(tuple((name_of(i), Size(i.size)) for i in images), right=frozenset({1}))
