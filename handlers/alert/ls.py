"""`/alert ls`: what fires now, the worst first."""

from __future__ import annotations

from collections.abc import Iterable

from bot.command.call import Call
from bot.command.spec import command
from bot.message import Message, Moment, Untrusted, msg, plural
from bot.reply import Reply, Text, say
from bot.watch import stored
from bot.watch.alert import Alert
from storage import alerts
from storage.database import Connection

_SHOWN = 20


@command("alert ls", permission="alert.ls", act=msg("list alerts"), hostless=True)
async def ls(call: Call) -> Reply:
    """List what fires now."""
    if call.services.watch is None:
        return say(msg("Nothing is watched: that is switched off in the config."))
    found = await call.services.database.read(lambda c: _firing(c, call.services.bot))
    seen = [alert for alert in found if _may_see(call, alert)]
    if not seen:
        return say(msg("Nothing fires."))
    seen.sort(key=lambda alert: (-alert.severity, alert.since))
    lines = [Text(_line(alert)) for alert in seen[:_SHOWN]]
    if len(seen) > _SHOWN:
        more = len(seen) - _SHOWN
        lines.append(Text(plural("and {count} more", "and {count} more", more)))
    return Reply((Text(plural("{count} alert", "{count} alerts", len(seen))), *lines))


def _firing(connection: Connection, bot: int) -> Iterable[Alert]:
    bodies = alerts.load(connection, bot, alerts.Kind.ALERT).values()
    return [alert for alert in (stored.load(Alert, body) for body in bodies) if alert.firing]


def _may_see(call: Call, alert: Alert) -> bool:
    decided = call.services.policy.decide(call.actor.id, "alert.ls", alert.subject.host)
    return decided.allowed


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
