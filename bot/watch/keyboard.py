"""The buttons of a card: who has it, not now, what to look at, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.message import Untrusted, msg
from bot.reply import Button
from bot.watch.alert import Alert
from bot.watch.card import Card, Member
from bot.watch.condition import Condition, Native, Threshold
from bot.watch.rule import Rule

_HOUR, _WEEK = 3600.0, 7 * 86_400.0
_AROUND, _MOST = 3, 24 * 31  # hours: of a chart beside those that it has fired, and at most
_DRAWN = {"cpu": "cpu", "mem": "mem", "mem_bytes": "mem", "net": "net", "io": "io", "pids": "pids"}
_SNOOZES = (
    (msg("Snooze 15 min"), "15m"),
    (msg("Snooze 1 h"), "1h"),
    (msg("Snooze 4 h"), "4h"),
    (msg("Snooze until resolved"), "resolved"),
)


def keyboard(
    card: Card,
    firing: Sequence[Member],
    alerts: Mapping[str, Alert],
    rules: Mapping[str, Rule],
    now: float,
) -> tuple[tuple[Button, ...], ...]:
    """What can be done about what fires; what changes the host stands below, and asks first."""
    if not firing:
        return ()
    until = now + _WEEK
    have = Button(msg("I have it"), ("alert", "ack", card.id), until=until)
    words = ("alert", "snooze", card.id)
    off = tuple(Button(label, (*words, word), until=until) for label, word in _SNOOZES)
    alert, host = alerts[firing[0].key], card.host
    name = alert.evidence.container
    if len(firing) > 1 or not name:
        return (have,), off[:2], off[2:]
    logs = Button(msg("Logs"), ("container", "logs", name), host=host, until=until)
    again = Button(
        msg("Restart {name}…", name=Untrusted(f"{name}@{host}")),
        ("container", "restart", name),
        host=host,
        until=until,
    )
    hours = min(_AROUND + int((now - firing[0].since) // _HOUR), _MOST)
    charts = tuple(
        Button(
            msg("Chart"),
            ("container", "chart", metric, name, f"{hours}h"),
            host=host,
            until=until,
        )
        for metric in _drawn(rules[alert.rule].when if alert.rule in rules else None)
    )
    return (have, logs, *charts), off[:2], off[2:], (again,)


def _drawn(when: Condition | None) -> Iterator[str]:
    """What a chart of it shows: the figure that the rule is about, or what led to it."""
    if isinstance(when, Threshold) and when.when.metric in _DRAWN:
        yield _DRAWN[when.when.metric]
    elif when is Native.OOM:
        yield "mem"
