"""`/df`: what takes the disk, and what of it a prune could free."""

from __future__ import annotations

from bot.command.argv import with_option
from bot.command.call import Call
from bot.command.formats import formats
from bot.command.spec import command, flag
from bot.errors import UsageError
from bot.hosts.prune import prunable_builds, prunable_containers, prunable_images, without
from bot.hosts.types import DiskUsage
from bot.message import Code, Message, Size, Untrusted, Value, msg
from bot.reply import Block, Button, Document, Reply, Table, Text
from bot.reply.template import Template
from handlers.formatted import ALL, Look, formatted
from handlers.offer import may
from handlers.system.details import details
from handlers.system.usage import COLUMNS, everything, kinds

_JSON = frozenset({"json", "{{json .}}"})


@command(
    "system df",
    shortcut="df",
    permission="system.df",
    act=msg("read the disk usage of {host}"),
    cost=10,
    deadline=300.0,
)
@formats(COLUMNS)
@flag("-v", "--verbose", help="Show each thing by itself as well")
async def df(call: Call, template: Template | None, *, verbose: bool) -> Reply:
    """Show what takes disk space."""
    if verbose and template and not template.bare and template.text.strip() not in _JSON:
        raise UsageError(
            msg("{one} goes with {other} alone.", one=Code("-v"), other=Code("--format json"))
        )
    usage = await call.host.system.df()
    if template and not template.bare:
        return _formatted(call, usage, template, verbose=verbose)
    tagless, every = _spare(usage, all=False), _spare(usage, all=True)
    host = Untrusted(call.host.name)
    blocks: list[Block] = [
        Text(msg("{host}: Docker takes {total}", host=host, total=Size(_total(usage)))),
        _table(usage),
    ]
    if every:
        blocks.append(Text(_could("/prune", tagless)))
    if every > tagless:
        blocks.append(Text(_could("/prune -a", every)))
    if not every:
        blocks.append(Text(msg("There is nothing to prune.")))
    prune = Button(msg("Prune {host}…", host=host), ("system", "prune"), host=call.host.name)
    every_image = msg("Prune {host}, all images…", host=host)
    prune_all = Button(every_image, ("system", "prune", "-a"), host=call.host.name)
    blocks += details(usage, call.services.clock()) if verbose else ()
    offers = ((prune, tagless), (prune_all, every - tagless))
    offered = [(button,) for button, size in offers if size and may(call, "system prune")]
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name)
    each = Button(
        msg("Each by itself"), with_option(call, "--verbose"), inplace=True, host=call.host.name
    )
    looks = (refresh,) if verbose else (refresh, each)
    return Reply(tuple(blocks), buttons=(looks, *offered))


def _formatted(call: Call, usage: DiskUsage, template: Template, *, verbose: bool) -> Reply:
    """As Docker's own command line has it; each thing by itself as a file."""
    total = Size(_total(usage))
    verdict = msg("{host}: Docker takes {total}", host=Untrusted(call.host.name), total=total)
    if not verbose:
        return formatted(call, verdict, kinds(usage), COLUMNS, template)
    file = Document(Untrusted("df.json"), everything(usage, Look.of(call, whole=True)), ALL)
    return Reply((Text(verdict),), documents=(file,))


def _could(command: str, size: int) -> Message:
    return msg("{command} frees at most {size}.", command=Code(command), size=Size(size))


def _table(usage: DiskUsage) -> Table:
    def row(name: Message, count: int, size: int) -> tuple[Value, ...]:
        return (name, count, Size(size))

    rows = (
        row(msg("images"), len(usage.images), usage.layers),
        row(msg("containers"), len(usage.containers), usage.in_containers),
        row(msg("volumes"), len(usage.volumes), usage.in_volumes),
        (msg("build cache"), Untrusted(""), Size(usage.build_cache)),
    )
    return Table(rows, right=frozenset({1, 2}))


def _total(usage: DiskUsage) -> int:
    return usage.layers + usage.in_containers + usage.in_volumes + usage.build_cache


def _spare(usage: DiskUsage, *, all: bool) -> int:  # noqa: A002 - Docker's word
    """The bytes that `/prune` could free at most, or with `-a`; volumes never count."""
    going = prunable_containers(usage.containers)
    left = without(usage.containers, going)
    images = prunable_images(usage.images, left, all=all)
    builds = prunable_builds(usage.builds, all=all)
    size = sum(c.size_rw or 0 for c in going) + sum(i.size for i in images)
    size += sum(b.size for b in builds)
    return min(size, _total(usage))
