"""The buttons of a card: who has it, not now, what to look at, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.message import Untrusted, msg
from bot.reply import Button
from bot.watch.alert import Alert
from bot.watch.card import Card, Member

_WEEK = 7 * 86_400.0
_SNOOZES = (
    (msg("Snooze 15 min"), "15m"),
    (msg("Snooze 1 h"), "1h"),
    (msg("Snooze 4 h"), "4h"),
    (msg("Snooze until resolved"), "resolved"),
)


def keyboard(
    card: Card, firing: Sequence[Member], alerts: Mapping[str, Alert], now: float
) -> tuple[tuple[Button, ...], ...]:
    """What can be done about what fires; what changes the host stands below, and asks first."""
    if not firing:
        return ()
    until = now + _WEEK
    have = Button(msg("I have it"), ("alert", "ack", card.id), until=until)
    words = ("alert", "snooze", card.id)
    off = tuple(Button(label, (*words, word), until=until) for label, word in _SNOOZES)
    name, host = alerts[firing[0].key].evidence.container, card.host
    if len(firing) > 1 or not name:
        return (have,), off[:2], off[2:]
    logs = Button(msg("Logs"), ("container", "logs", name), host=host, until=until)
    again = Button(
        msg("Restart {name}…", name=Untrusted(f"{name}@{host}")),
        ("container", "restart", name),
        host=host,
        until=until,
    )
    return (have, logs), off[:2], off[2:], (again,)
