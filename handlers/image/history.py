"""`/history`: the steps that an image was made in, and what each added to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call, at
from bot.command.formats import formats
from bot.command.kinds import PAGE, choice
from bot.command.spec import command, flag, option, refused, targets
from bot.hosts.image_details import Layer
from bot.hosts.types import Kind, Target
from bot.message import Message, Size, Untrusted, msg, plural
from bot.reply import Excerpt, Reply, Table, Text, docker
from bot.reply.syntax import read
from bot.reply.template import Template
from handlers.formatted import Columns, Look, filled, fitting, formatted
from handlers.pages import in_full, in_pages

_TABLE = read("table {{.ID}}\\t{{.CreatedSince}}\\t{{.CreatedBy}}\\t{{.Size}}\\t{{.Comment}}")
_EXACT = read("table {{.ID}}\\t{{.CreatedAt}}\\t{{.CreatedBy}}\\t{{.Size}}\\t{{.Comment}}")
_CENTURY = 946_684_800.0  # what claims to be older has no date (docker/cli `formatter_history.go`)
# What the classic builder wrote before an instruction; what has no such mark was run.
_INSTRUCTION = re.compile(r"/bin/sh -c #\(nop\)\s+")
_RUN = re.compile(r"(?:RUN )?(?:\|\d+ .{0,400}?)?/bin/sh -c\s+", re.DOTALL)
_BUILDKIT = "# buildkit"
_LONGEST = 4096  # characters of a step that are looked at: a phone shows fewer
_SORTS: dict[str, Callable[[Layer], Any]] = {
    "step": lambda _: 0,  # as the Engine has them
    "size": lambda layer: -layer.size,
    "age": lambda layer: layer.created,
}
_SORTED = {
    "step": msg("By step"),
    "size": msg("Biggest first"),
    "age": msg("Oldest first"),
}


def _since(layer: Layer, look: Look) -> str:
    return docker.ago(look.now - layer.created) if layer.created > _CENTURY else "N/A"


COLUMNS: Columns[Layer] = {
    "ID": lambda layer, look: docker.short(layer.id.raw, whole=look.whole),
    "CreatedSince": _since,
    "CreatedAt": lambda layer, look: docker.rfc3339(layer.created, look.zone),
    "CreatedBy": lambda layer, _: layer.created_by.raw,
    "Size": lambda layer, _: docker.decimal(layer.size),
    "Comment": lambda layer, _: layer.comment.raw,
}
_BARE: Columns[Layer] = {
    **COLUMNS,
    "CreatedSince": COLUMNS["CreatedAt"],
    "Size": lambda layer, _: str(layer.size),
}


@command(
    "image history",
    shortcut="history",
    permission="image.history",
    act=msg("look up how {target} was made"),
    secret=True,
)
@targets(Kind.IMAGE, nargs=1)
@formats(COLUMNS)
@option("-H", "--human", is_flag=True, default=True, help="Round sizes, as unless told otherwise")
@flag("--no-trunc", help="Show everything in full, as a file")
@flag("-q", "--quiet", help="Only show image IDs")
@refused(
    "--platform",
    value=True,
    why=msg("It needs a newer API of Docker's than I speak: I show what this host would run."),
)
@option("--sort", type=choice(*_SORTS), default="step", help="Sort by step, size, age")
@option("--page", type=PAGE, help="Show one page of the list")
async def history(
    call: Call,
    image: Target,
    template: Template | None,
    *,
    human: bool,
    no_trunc: bool,
    quiet: bool,
    sort: str,
    page: int | None,
) -> Reply:
    """Show how an image was made, the newest step first."""
    fitting(quiet=quiet, format=template is not None)
    found = sorted(await call.host.images.history(image.id), key=_SORTS[sort])
    verdict = _verdict(at(image.name, image.host), found)
    columns = COLUMNS if human else _BARE
    if quiet:
        ids = "\n".join(docker.short(layer.id.raw, whole=no_trunc) for layer in found)
        return Reply((Text(verdict), Excerpt(Untrusted(ids), tail=False)))
    if template and not template.bare:
        return formatted(call, verdict, found, columns, template, whole=no_trunc)
    if no_trunc:
        body = filled(found, columns, _TABLE if human else _EXACT, Look.of(call, whole=True))
        return in_full(call, verdict, "history.txt", body)
    return in_pages(call, verdict, found, lambda rows: _table(rows, human=human), _SORTED)


def _verdict(name: Untrusted, found: Sequence[Layer]) -> Message:
    return plural(
        "{name}: {count} step, {size}",
        "{name}: {count} steps, {size}",
        len(found),
        name=name,
        size=Size(sum(layer.size for layer in found)),
    )


def _table(layers: Sequence[Layer], *, human: bool) -> Table:
    rows = tuple((_step(layer), Size(layer.size) if human else layer.size) for layer in layers)
    return Table(rows, right=frozenset({1}))


def _step(layer: Layer) -> Untrusted:
    """The instruction, without what every line of a terminal begins with."""
    text = layer.created_by.raw.removesuffix(_BUILDKIT).rstrip()[:_LONGEST]
    if _INSTRUCTION.match(text):
        return Untrusted(_INSTRUCTION.sub("", text, count=1))
    plain = _RUN.sub("RUN ", text, count=1) if _RUN.match(text) else text
    return Untrusted(plain or layer.comment.raw or "–")
