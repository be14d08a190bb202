"""`/alert rules` and `/alert show`: what is looked at, and why."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
from bot.command.spec import argument, command
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Fold, Reply, Text
from bot.watch import logrules
from bot.watch.rulebook import Entry, Rests
from handlers.alert.card import shown
from handlers.alert.chosen import hosts, keys, visible, watcher
from handlers.alert.saying import SEVERITIES

_SHOWN = 8
_STATES = {
    Rests.OFF: msg("off"),
    Rests.AUTHOR: msg("rests"),
    Rests.CHAT: msg("rests"),
}


@command("alert rules", permission="alert.ls", act=msg("list the rules"), hostless=True)
async def rules(call: Call) -> Reply:
    """List the rules that alerts come from."""
    found = visible(call)
    lines = tuple(Text(_line(entry)) for entry in found)
    verdict = plural("{count} rule", "{count} rules", len(found))
    told: tuple[Block, ...] = (Fold(lines),) if len(lines) > _SHOWN else lines
    unread = map(Text, _unfollowed(call))
    return Reply((Text(verdict), *unread, *told), buttons=keys(found, "show"))


@command("alert show", permission="alert.ls", act=msg("look at a rule"), hostless=True)
@argument("rule", required=False)
async def show(call: Call, rule: str | None) -> Reply:
    """Show a rule, where it comes from and what fires of it."""
    return await shown(call, rule)


def _unfollowed(call: Call) -> Iterator[Message]:
    """Where logs are not looked at although rules ask for it."""
    for host in hosts(call):
        if count := watcher(call).unfollowed(host):
            yield plural(
                "{host}: {count} log is not followed, {most} at once is all.",
                "{host}: {count} logs are not followed, {most} at once is all.",
                count,
                host=Untrusted(host),
                most=logrules.MOST,
            )


def _line(entry: Entry) -> Message:
    rests = None if entry.hosts else entry.rests
    state = _STATES[rests] if rests else SEVERITIES[entry.rule.severity]
    return msg("{name}: {state}", name=Untrusted(entry.rule.name), state=state)
