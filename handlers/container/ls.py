"""`/ps`: which containers there are, as an overview, a plain list, a template, or ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import PAGE, as_engine_filters, choice, filters, whole
from bot.command.spec import command, flag, option
from bot.hosts.types import Container
from bot.message import Untrusted, msg
from bot.reply import Excerpt, Reply, Text
from bot.reply.containers import by_name
from bot.reply.docker import short
from bot.reply.template import Template
from handlers.container.columns import COLUMNS, SIZED, TABLE
from handlers.container.listed import SHOWS, listed
from handlers.container.overview import count, overview
from handlers.formatted import Look, filled, fitting, formatted
from handlers.pages import in_full

_FILTERS = (
    *("ancestor", "before", "exited", "expose", "health", "id", "is-task", "label", "name"),
    *("network", "publish", "since", "status", "volume"),
)


def _name(container: Container) -> tuple[tuple[int, str], ...]:
    return by_name(container.name)


_SORTS: dict[str, Callable[[Container], Any]] = {
    "name": _name,
    "created": lambda c: -c.created,
    "state": lambda c: (c.state, _name(c)),
    "image": lambda c: (c.image.raw, _name(c)),
    "size": lambda c: -(c.size_rw or 0),
}


@command(
    "container ls",
    shortcut="ps",
    aliases=("container list", "container ps"),
    permission="container.ls",
    act=msg("list the containers of {host}"),
)
@flag("-a", "--all", help="Show all containers, also those that ended well")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters(*_FILTERS),
    help="Filter by a condition, as in status=exited",
)
@formats(COLUMNS)
@option("-n", "--last", type=whole(-1, 1000), help="Show only so many, the newest")
@flag("-l", "--latest", help="Show only the newest container")
@flag("--no-trunc", help="Show everything in full, as a file")
@flag("-q", "--quiet", help="Only show container IDs")
@flag("-s", "--size", help="Show what each takes on the disk")
@flag("--ports", help="Show where each is reached")
@option("--show", type=choice(*SHOWS), help="Show all, urgent, running or stopped ones")
@option(
    "--sort", type=choice(*_SORTS), default="name", help="Sort by name, created, state, image, size"
)
@option("--page", type=PAGE, help="Show one page of the plain list")
async def ls(  # noqa: PLR0913 - a parameter for each of Docker's flags
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    wanted: tuple[tuple[str, str], ...],
    template: Template | None,
    last: int | None,
    latest: bool,
    no_trunc: bool,
    quiet: bool,
    size: bool,
    ports: bool,
    show: str | None,
    sort: str,
    page: int | None,
) -> Reply:
    """List containers."""
    fitting(quiet=quiet, format=template is not None)
    fields = template.fields if template else ()
    sized = size or sort == "size" or any(name.lower() == "size" for name in fields)
    found = await call.host.inventory.containers(filters=as_engine_filters(wanted), size=sized)
    rows = _selected(call, found)
    if quiet:
        ids = "\n".join(short(c.id, whole=no_trunc) for c in rows)
        return Reply((Text(count(call, rows)), *((Excerpt(Untrusted(ids)),) if ids else ())))
    if template and not template.bare:
        return formatted(call, count(call, rows), rows, COLUMNS, template, whole=no_trunc)
    if no_trunc and rows:
        return _whole(call, rows, sized=sized)
    if page or show or sized or ports:
        return listed(call, found, rows, sized=sized)
    return overview(call, rows, len(found))


def _selected(call: Call, found: Sequence[Container]) -> list[Container]:
    """Those that were asked for, in order; what ended well only where it was asked for."""
    params = call.params
    last = -1 if params["last"] is None else params["last"]
    newest = 1 if params["latest"] and last < 0 else max(last, 0)
    every = params["all"] or params["wanted"] or newest
    if params["show"]:
        rows = list(filter(SHOWS[params["show"]], found))
    else:
        rows = [c for c in found if every or c.state != "exited" or c.needs_you]
    if newest:
        rows = sorted(rows, key=_SORTS["created"])[:newest]
    return sorted(rows, key=_SORTS[params["sort"]])


def _whole(call: Call, rows: Sequence[Container], *, sized: bool) -> Reply:
    """The table that a terminal shows, with nothing cut, as a file."""
    body = filled(rows, COLUMNS, SIZED if sized else TABLE, Look.of(call, whole=True))
    return in_full(call, count(call, rows), "containers.txt", body)
