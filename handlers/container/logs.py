"""`/logs`: the end of a log, what in it matches, or the log as it grows."""

from __future__ import annotations

from bot.command.argv import with_option
from bot.command.call import Call, at
from bot.command.kinds import SINCE, TAIL, Ago
from bot.command.spec import command, flag, option, targets
from bot.errors import UsageError
from bot.hosts.types import Kind, LogMatches, Target
from bot.message import Code, Message, Size, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Reply, Text
from handlers.container.follow import follow as follow_log
from handlers.container.lines import text_of

_TAIL = 30
_KEEP = 200


@command(
    "container logs",
    shortcut="logs",
    permission="container.logs",
    act=msg("read the log of {target}"),
    secret=True,
    cost=2,
    streams=lambda params: bool(params["follow"] and params["grep"] is None),
)
@targets(Kind.CONTAINER, nargs=1)
@option("-n", "--tail", type=TAIL, help="Number of lines from the end")
@option("--since", type=SINCE, help="Show what was logged since, as in 10m or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Show what was logged before")
@flag("-t", "--timestamps", help="Show timestamps")
@option("-g", "--grep", type=str, help="Only lines that match a pattern (RE2), from the whole log")
@flag("--details", help="Show what the log driver adds to each line")
@flag("-f", "--follow", help="Follow the log until you stop it")
async def logs(
    call: Call,
    container: Target,
    *,
    tail: int | None,
    since: Ago | None,
    until: Ago | None,
    grep: str | None,
    follow: bool,
    **shown: bool,
) -> Reply:
    """Fetch the log of a container."""
    timestamps = shown["timestamps"]
    _fitting(follow=follow, grep=grep is not None, until=until is not None)
    begin = call.epoch(since)
    end = call.epoch(until)
    name = at(container.name, container.host)
    if grep is not None:
        keep = _KEEP if tail is None else tail
        found = await call.host.logs.grep(
            container.id, grep, since=begin, until=end, keep=keep, **shown
        )
        return _found(call, name, found, timestamps=timestamps)
    wanted = _TAIL if tail is None else tail
    if follow:
        return await follow_log(call, container, tail=wanted, since=begin)
    lines = await call.host.logs.tail(container.id, tail=wanted, since=begin, until=end, **shown)
    if not lines:
        nothing = _nothing(wanted=wanted, span=since is not None or until is not None)
        return Reply((Text(nothing.having(name=name)),), buttons=_buttons(call))
    verdict = plural("{name}: last line", "{name}: last {count} lines", len(lines), name=name)
    body = Excerpt(text_of(call, lines, timestamps=timestamps))
    return Reply((Text(verdict), body), buttons=_buttons(call))


def _nothing(*, wanted: int, span: bool) -> Message:
    """Why there is nothing to show: a log is empty only if all of it was asked for."""
    if not wanted:
        return msg("{name}: no lines asked for")
    return msg("{name}: nothing logged in that time") if span else msg("{name}: nothing logged")


def _fitting(*, follow: bool, grep: bool, until: bool) -> None:
    """Refuse what would silently be left out."""
    other = "--grep" if grep else "--until" if until else None
    if follow and other:
        raise UsageError(
            msg("{one} and {other} don't go together.", one=Code("--follow"), other=Code(other))
        )


def _found(call: Call, name: Untrusted, found: LogMatches, *, timestamps: bool) -> Reply:
    """What matched: the last of it, where it is much."""
    verdict = (
        plural(
            "{name}: {count} line matches",
            "{name}: {count} lines match",
            found.matched,
            name=name,
        )
        if found.matched
        else msg("{name}: no line matches", name=name)
    )
    blocks: list[Block] = [Text(verdict)]
    if found.lines:
        blocks.append(Excerpt(text_of(call, found.lines, timestamps=timestamps)))
    if found.matched > len(found.lines) > 0:
        blocks.append(Text(msg("These are the last {count}.", count=len(found.lines))))
    blocks.append(Text(msg("Searched {size} of log.", size=Size(found.read))))
    return Reply(tuple(blocks), buttons=_buttons(call))


def _buttons(call: Call) -> tuple[tuple[Button, ...], ...]:
    """To look again and, unless that does not go with what was asked, to follow."""
    host = call.host.name
    again = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    if call.params["grep"] is not None or call.params["until"] is not None:
        return ((again,),)
    return ((again, Button(msg("Follow"), with_option(call, "--follow"), host=host)),)
