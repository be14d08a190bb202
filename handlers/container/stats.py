"""`/stats`: what containers use, read once or live."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.command.argv import with_option
from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import choice
from bot.command.spec import command, flag, option, targets
from bot.hosts.types import Kind, Target
from bot.message import Message, Percent, Size, Span, Untrusted, msg, plural
from bot.reply import Block, Button, Document, Outcome, Reply, Text
from bot.reply.template import Template
from handlers import pages
from handlers.container.figures import figures
from handlers.container.live import live as watch
from handlers.container.readings import COLUMNS, SORTS, TABLE, Round, read_once
from handlers.formatted import ALL, Look, filled, fitting, refresh

_SORTED = {
    "cpu": msg("By CPU"),
    "mem": msg("By memory"),
    "net": msg("By network"),
    "disk": msg("By disk"),
    "name": msg("By name"),
}


def _is_live(params: Mapping[str, Any]) -> bool:
    return bool(params["live"] or not params["no_stream"])


@command(
    "container stats",
    shortcut="stats",
    permission="container.stats",
    act=msg("read the figures of {host}"),
    cost=3,
    streams=_is_live,
)
@targets(Kind.CONTAINER, required=False)
@flag("-a", "--all", help="Show those that don't run as well")
@formats(COLUMNS)
@option("--no-stream", is_flag=True, default=True, help="Read once, as unless told otherwise")
@flag("--live", help="Go on reading until you stop it")
@flag("--no-trunc", help="Show everything in full, as a file")
@option(
    "--sort", type=choice(*SORTS), default="cpu", help="Sort by cpu, mem, net, disk, pids, name"
)
async def stats(
    call: Call,
    containers: tuple[Target, ...],
    template: Template | None,
    *,
    all: bool,  # noqa: A002 - Docker's word
    no_stream: bool,
    live: bool,
    no_trunc: bool,
    sort: str,
) -> Reply:
    """Show what containers use: CPU, memory, network, disk."""
    goes_on, plain = _is_live(call.params), template is None or template.bare
    fitting(live=goes_on, no_trunc=no_trunc and plain)
    view = partial(figures, call) if plain else partial(_filled, call)
    if goes_on:
        return await watch(call, view)
    read = await read_once(call, swept=True)
    if read.failed and len(read.failed) == len(read.entries):
        raise read.failed[0]
    return Reply(
        (*view(read), *((*_machine(call), *_ago(read)) if plain else ())),
        documents=(_whole(call, read),) if no_trunc and plain else (),
        buttons=_buttons(call, read),
        outcome=Outcome.PARTIAL if read.failed else Outcome.FINISHED,
    )


def _machine(call: Call) -> tuple[Text, ...]:
    """What the host itself uses, where the last sweep has seen that."""
    newest = call.host.sampler.newest()
    found = newest[0].machine if newest and not call.items else None
    if found is None or found.cpu is None:
        return ()
    used = msg("{used} of {limit}", used=Size(found.memory), limit=Size(found.total))
    host, cpu = Untrusted(call.host.name), Percent(found.cpu)
    return (Text(msg("{host} itself: CPU {cpu}, memory {used}.", host=host, cpu=cpu, used=used)),)


def _ago(read: Round) -> tuple[Text, ...]:
    """How old the figures are, where they are those of the last sweep."""
    return () if read.age is None else (Text(msg("Read {time} ago.", time=Span(read.age))),)


def _filled(call: Call, read: Round) -> tuple[Block, ...]:
    """The entries as a template has them."""
    look = Look.of(call, whole=call.params["no_trunc"])
    body = filled(read.entries, COLUMNS, call.params["template"], look)
    return (Text(_count(call, read)), *((body,) if body.rows else ()))


def _whole(call: Call, read: Round) -> Document:
    """The table that a terminal shows, with nothing cut."""
    body = filled(read.entries, COLUMNS, TABLE, Look.of(call, whole=True))
    return Document(Untrusted("stats.txt"), body, ALL)


def _count(call: Call, read: Round) -> Message:
    host, count = Untrusted(call.host.name), len(read.entries)
    if not count:
        return msg("{host}: no container runs", host=host)
    return plural("{host}: {count} container", "{host}: {count} containers", count, host=host)


def _buttons(call: Call, read: Round) -> tuple[tuple[Button, ...], ...]:
    """In another order, once more, or from now on."""
    orders = pages.others(call, "--sort", _SORTED, now=call.params["sort"], pages=False)
    live = Button(msg("Live"), with_option(call, "--live"), host=call.host.name)
    more = (refresh(call), live) if read.readings else (refresh(call),)
    return (orders, more) if read.readings[1:] else (more,)
