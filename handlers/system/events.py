"""`/events`: what happened on a host, as far as Docker remembers it, or what happens now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.command.argv import without_option
from bot.command.call import Call
from bot.command.formats import formats
from bot.command.kinds import SINCE, Ago, as_engine_filters, filters
from bot.command.spec import command, flag, option
from bot.errors import UsageError
from bot.hosts.types import Event, Gap
from bot.message import Code, Message, Untrusted, msg, plural
from bot.reply import Block, Button, Fold, Reply, Text
from bot.reply.template import Template
from handlers.formatted import refresh
from handlers.pages import as_file, in_full
from handlers.system.following import follow
from handlers.system.happened import FIELDS, Wanted, as_asked, in_lines, is_noise, told

_SHOWN = 12
_FOLDED = 60
_REMEMBERED = 256  # moby `daemon/events`


@command(
    "system events",
    shortcut="events",
    permission="system.events",
    act=msg("read the events of {host}"),
    secret=True,
    cost=2,
    streams=lambda params: params["until"] is None,
)
@option("--since", type=SINCE, help="Show what happened since, as in 10m or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Show what happened before, and follow nothing")
@option(
    "-f",
    "--filter",
    "wanted",
    multiple=True,
    type=filters(
        *("config", "container", "daemon", "event", "image", "label", "network", "node"),
        *("plugin", "scope", "secret", "service", "type", "volume"),
    ),
    help="Filter by a condition, as in event=die or type=network",
)
@formats(FIELDS)
@flag("--no-trunc", help="Show everything in full, as a file: with --until")
async def events(
    call: Call,
    since: Ago | None,
    until: Ago | None,
    wanted: Wanted,
    template: Template | None,
    *,
    no_trunc: bool,
) -> Reply:
    """Show what happens on a host, or what happened.

    Without --until it goes on until you stop it. Docker remembers its last 256 events.
    """
    begin, end = call.epoch(since), call.epoch(until)
    asked = as_engine_filters(wanted)
    if end is None and no_trunc:
        one, other = Code("--no-trunc"), Code("--until")
        raise UsageError(msg("{option} needs {other}.", option=one, other=other))
    if end is None:
        return await follow(call, begin, wanted, template)
    _passed(call, begin, end)
    found, whole = await call.host.events.past(begin, end, asked)
    if template and not template.bare:
        gap = () if whole else (Gap(),)
        filled = (Text(_verdict(call, len(found))), *as_asked((*found, *gap), template))
        return Reply(filled, buttons=_buttons(call))
    if no_trunc and found:
        reply = in_full(call, _verdict(call, len(found)), "events.txt", in_lines(call, found))
        return reply if whole else replace(reply, blocks=(*reply.blocks, *told(call, (Gap(),))))
    kept = [event for event in found if not is_noise(event, wanted)]
    blocks: list[Block] = [Text(_verdict(call, len(kept))), *_listed(call, kept, whole=whole)]
    if left := len(found) - len(kept):
        told_ = plural(
            "Left out: {count} of exec, which {option} shows.",
            "Left out: {count} of exec, which {option} shows.",
            left,
            option=Code("-f event=exec_start"),
        )
        blocks.append(Text(told_))
    blocks.append(Text(msg("Docker remembers its last {count}.", count=_REMEMBERED)))
    return Reply(tuple(blocks), buttons=_buttons(call, as_file(call) if found else None))


def _buttons(call: Call, file: Button | None = None) -> tuple[tuple[Button, ...], ...]:
    """To look again, to have all of it as a `file`, and to go on looking."""
    on = Button(msg("Follow"), without_option(call, "--until"), host=call.host.name)
    return ((refresh(call), *((file,) if file else ()), on),)


def _passed(call: Call, begin: float | None, end: float) -> None:
    """Refuse a time that is still to come, and one that ends before it begins."""
    if end > call.services.clock():
        raise UsageError(
            msg("{option} is still to come.", option=Code("--until")),
            msg("Without it I show what happens until you stop me."),
        )
    if begin is not None and begin > end:
        raise UsageError(msg("{one} is after {other}.", one=Code("--since"), other=Code("--until")))


def _verdict(call: Call, count: int) -> Message:
    host = Untrusted(call.host.name)
    if not count:
        return msg("{host}: nothing that Docker remembers", host=host)
    return plural("{host}: {count} event", "{host}: {count} events", count, host=host)


def _listed(call: Call, found: Sequence[Event], *, whole: bool) -> tuple[Block, ...]:
    """The last of them, those before behind a fold above."""
    gap = () if whole else (Gap(),)
    earlier, last = found[:-_SHOWN], found[-_SHOWN:]
    folded = tuple(told(call, earlier[-_FOLDED:]))
    more = len(earlier) - _FOLDED
    if more > 0:
        folded = (Text(msg("and {more} more before", more=more)), *folded)
    return (*((Fold(folded),) if folded else ()), *told(call, (*last, *gap)))
