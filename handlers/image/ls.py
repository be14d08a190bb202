"""`/images`: what images there are, as a list, a template, or ids."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import argument, command, flag, option, refused
from bot.hosts.types import Image
from bot.message import Untrusted, msg
from bot.reply import Excerpt, Reply, Text
from bot.reply.docker import short
from bot.reply.template import Template
from handlers.formatted import Look, filled, fitting, formatted
from handlers.image.columns import COLUMNS, DIGESTS, TABLE, named
from handlers.image.listed import SHOWS, count, listed, name_of
from handlers.pages import in_full

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
@argument("repository", required=False)
@flag("-a", "--all", help="Show all images, intermediate ones too")
@flag("--digests", help="Show digests")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters("reference", "label", "dangling", "before", "since", "until"),
    help="Filter by a condition, as in dangling=true",
)
@formats(COLUMNS)
@flag("--no-trunc", help="Show everything in full, as a file")
@flag("-q", "--quiet", help="Only show image IDs")
@refused(
    "--tree",
    why=msg("It needs a newer API of Docker's than I speak. Without it, all images are listed."),
)
@option("--show", type=choice(*SHOWS), default="all", help="Show all, tagged or untagged ones")
@option("--sort", type=choice(*_SORTS), default="size", help="Sort by size, created, name")
@option("--page", type=PAGE, help="Show one page of the list")
async def ls(  # noqa: PLR0913 - a parameter for each of Docker's flags
    call: Call,
    repository: str | None,
    *,
    all: bool,  # noqa: A002 - Docker's word
    digests: bool,
    wanted: tuple[tuple[str, str], ...],
    template: Template | None,
    no_trunc: bool,
    quiet: bool,
    show: str,
    sort: str,
    page: int | None,
) -> Reply:
    """List images.

    A name, as in redis or redis:7, lists those of that name; * stands for any letters.
    """
    fitting(quiet=quiet, format=template is not None)
    asked = (*wanted, ("reference", repository)) if repository else wanted
    found = await call.host.images.list(all=all, filters=as_engine_filters(asked))
    rows = sorted(filter(SHOWS[show], found), key=_SORTS[sort])
    if quiet:
        ids = "\n".join(short(image.id, whole=no_trunc) for image in rows)
        return Reply((Text(count(call, rows)), *((Excerpt(Untrusted(ids)),) if ids else ())))
    if template and not template.bare:
        wants = digests or any(name.lower() == "digest" for name in template.fields)
        listing = named(rows, digests=wants)
        return formatted(call, count(call, rows), listing, COLUMNS, template, whole=no_trunc)
    return _whole(call, rows) if no_trunc and rows else listed(call, found, rows)


def _whole(call: Call, rows: Sequence[Image]) -> Reply:
    """The table that a terminal shows, with nothing cut, as a file."""
    digests: bool = call.params["digests"]
    table = DIGESTS if digests else TABLE
    body = filled(named(rows, digests=digests), COLUMNS, table, Look.of(call, whole=True))
    return in_full(call, count(call, rows), "images.txt", body)
