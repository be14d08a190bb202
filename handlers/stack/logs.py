"""`/stack logs`: what all services of a stack have logged, by time, each line with whose it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.argv import with_option
from bot.command.call import Call, at
from bot.command.kinds import SINCE, TAIL, Ago
from bot.command.spec import command, flag, of_stack, option, refused
from bot.errors import UsageError
from bot.hosts.types import Container
from bot.message import Code, Message, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Outcome, Reply, Text
from handlers.container.follow import SCREEN, shown
from handlers.container.lines import text_of
from handlers.stack.chosen import chosen, stack_of
from handlers.stack.lifecycle import Chosen
from handlers.stack.merged import MOST, Tail, by_time, followed, tails

_TAIL = 30
_SHADES = msg("The name before a line is cut, not coloured.")


@command(
    "stack logs",
    aliases=("compose logs",),
    permission="stack.logs",
    act=msg("read the logs of {target}"),
    secret=True,
    cost=4,
    streams=lambda params: bool(params["follow"]),
)
@of_stack()
@option("-n", "--tail", type=TAIL, help="Number of lines from the end of each log")
@option("--since", type=SINCE, help="Show what was logged since, as in 10m or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Show what was logged before")
@flag("-t", "--timestamps", help="Show timestamps")
@refused("--no-color", why=_SHADES)
@refused("--no-log-prefix", why=msg("{logs} shows one log as it is.", logs=Code("/logs")))
@refused("--index", value=True, why=msg("{logs} shows one log as it is.", logs=Code("/logs")))
@flag("-f", "--follow", help="Follow the logs until you stop it")
async def logs(
    call: Call,
    stack: Chosen,
    *,
    tail: int | None,
    since: Ago | None,
    until: Ago | None,
    timestamps: bool,
    follow: bool,
) -> Reply:
    """Fetch the logs of a stack, by time; without -n the last lines of all."""
    if follow and until is not None:
        one, other = Code("--follow"), Code("--until")
        raise UsageError(msg("{one} and {other} don't go together.", one=one, other=other))
    found = chosen(call)
    if len(found) > MOST:
        raise UsageError(
            msg("These are {count} logs; I read {most} at once.", count=len(found), most=MOST),
            msg("Name some of the services behind it."),
        )
    name = at(stack_of(call).name, call.host.name)
    begin, end = call.epoch(since), call.epoch(until)
    if follow:
        return await _followed(call, name, found, tail, begin)
    read = await tails(call, found, tail=_TAIL if tail is None else tail, since=begin, until=end)
    merged = by_time(call, read)
    last = merged[-_TAIL:] if tail is None else merged
    blocks: list[Block] = [Text(_verdict(len(last)).having(name=name))]
    unread = _unread(read)
    blocks += unread
    if last:
        blocks.append(Excerpt(text_of(call, last, timestamps=timestamps)))
    outcome = Outcome.PARTIAL if unread else Outcome.FINISHED
    return Reply(tuple(blocks), buttons=_buttons(call), outcome=outcome)


async def _followed(
    call: Call,
    name: Untrusted,
    containers: Sequence[Container],
    tail: int | None,
    since: float | None,
) -> Reply:
    """As they grow; what can't be read from the start is told from the start."""
    count = SCREEN if tail is None else min(tail, SCREEN)
    read = await tails(call, containers, tail=count, since=since)
    readable = [one for one in read if one.error is None]
    lines = followed(call, readable, since=since, tail=count)
    timestamps = call.params["timestamps"]
    return await shown(call, name, lines, timestamps=timestamps, notes=_unread(read))


def _verdict(count: int) -> Message:
    if not count:
        return msg("{name}: nothing logged")
    return plural("{name}: last line", "{name}: last {count} lines", count)


def _unread(read: Sequence[Tail]) -> tuple[Text, ...]:
    """Which logs could not be read, and why."""
    failed = ((one.container.name, one.error) for one in read if one.error is not None)
    return tuple(Text(msg("x {name}: {why}", name=name, why=why.message)) for name, why in failed)


def _buttons(call: Call) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    again = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    if call.params["until"] is not None:
        return ((again,),)
    return ((again, Button(msg("Follow"), with_option(call, "--follow"), host=host)),)
