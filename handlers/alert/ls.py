"""`/alert ls`: what fires now, the worst first."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.command.call import Call
from bot.command.spec import command
from bot.message import Message, Moment, Untrusted, msg, plural
from bot.reply import Button, Reply, Text, say
from bot.watch.alert import Alert
from handlers.alert.chosen import hosts, may_see, unwatched, watcher
from handlers.alert.firing import firing
from handlers.alert.scope import of_silence, of_window
from handlers.alert.silences import visible

_SHOWN = 20
_BUTTONS = (
    (
        Button(msg("Rules"), ("alert", "rules")),
        Button(msg("Silences"), ("alert", "silences")),
    ),
)


@command("alert ls", permission="alert.ls", act=msg("list alerts"), hostless=True)
async def ls(call: Call) -> Reply:
    """List what fires now."""
    if call.services.watch is None:
        return say(unwatched())
    seen = [alert for alert in await firing(call) if may_see(call, alert)]
    held = [Text(line) async for line in _held(call)]
    if not seen:
        return Reply((Text(msg("Nothing fires.")), *held), buttons=_BUTTONS)
    seen.sort(key=lambda alert: (-alert.severity, alert.since))
    lines = [Text(_line(alert)) for alert in seen[:_SHOWN]]
    if len(seen) > _SHOWN:
        more = len(seen) - _SHOWN
        lines.append(Text(plural("and {count} more", "and {count} more", more)))
    verdict = Text(plural("{count} alert", "{count} alerts", len(seen)))
    return Reply((verdict, *lines, *held), buttons=_BUTTONS)


async def _held(call: Call) -> AsyncIterator[Message]:
    """What is not told now: silences, and times of maintenance."""
    silenced = await visible(call)
    if silenced:
        yield plural("{count} silence holds.", "{count} silences hold.", len(silenced))
    mine = hosts(call)
    for one in watcher(call).maintenance():
        if any(one.on.about(host) for host in mine):
            yield msg(
                "Maintenance: {what}, {when}", what=of_silence(one), when=of_window(one.window)
            )


def _line(alert: Alert) -> Message:
    name, since = alert.subject.shown, Moment(alert.since)
    rule = Untrusted(alert.rule)
    if alert.owner is not None:
        who = Untrusted(alert.owner.name)
        return msg(
            "{name}: {rule} since {since}, {who} has it", name=name, rule=rule, since=since, who=who
        )
    if alert.snoozed is not None:
        return msg("{name}: {rule} since {since}, snoozed", name=name, rule=rule, since=since)
    return msg("{name}: {rule} since {since}", name=name, rule=rule, since=since)
