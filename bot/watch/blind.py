"""When nothing could be told, or seen: said once it is over, in one message.

A chat that took nothing for minutes is told for how long, and what it has missed. When the bot
itself was off is known by the time that it stored while it ran; that is told once everything that
fires at a start has been gathered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.message import Moment, Span, msg, plural
from bot.reply import Reply, Text
from bot.watch.alert import Alert
from bot.watch.hearing import GRACE
from bot.watch.rule import Severity

_LEAST = 300.0  # seconds from which it counts
_STORED = 60.0  # seconds between two times that are stored


@dataclass(frozen=True, slots=True)
class Outage:
    """From when to when; `off`: it was the bot that did not run."""

    since: float
    until: float
    off: bool = False

    def report(self, alerts: Iterable[Alert]) -> Reply:
        """What a chat is told, of the alerts that it may know of."""
        told = [a for a in alerts if a.fires]
        fired = [a for a in told if a.fires[-1] >= self.since]
        over = [a for a in told if a.ended is not None and a.ended >= self.since]
        words = (
            msg("I was off for {time}, from {since} to {until}. What happened then, I can't know.")
            if self.off
            else msg("I could not write here for {time}, from {since} to {until}.")
        )
        span, since, until = Span(self.until - self.since), Moment(self.since), Moment(self.until)
        lines = [Text(words.having(time=span, since=since, until=until))]
        if count := len(fired):
            lines.append(
                Text(
                    plural(
                        "Since then {count} alert has fired.",
                        "Since then {count} alerts have fired.",
                        count,
                    )
                )
            )
        if count := len(over):
            lines.append(
                Text(
                    plural(
                        "Since then {count} alert is over.",
                        "Since then {count} alerts are over.",
                        count,
                    )
                )
            )
        critical = any(a.firing and a.severity is Severity.CRITICAL for a in fired)
        return Reply(tuple(lines), rings=critical)


@dataclass(slots=True)
class Sight:
    """Notices outages. `over` are those of chats that have ended and are not told yet."""

    over: dict[int, Outage] = field(default_factory=dict)
    _off: Outage | None = None
    _stored: float = 0.0
    _looked: float = 0.0
    _waiting: dict[int, tuple[int, float]] = field(default_factory=dict)

    def started(self, seen: float | None, now: float) -> None:
        """The bot runs again; it was seen last then."""
        if seen is not None and now - seen >= _LEAST:
            self._off = Outage(seen, now, off=True)

    def look(self, waiting: Mapping[int, int], now: float) -> None:
        """For these chats a message waits to be sent: the oldest of each, by its row.

        One that is new here was stored after the look before this one.
        """
        for chat, (row, since) in tuple(self._waiting.items()):
            if waiting.get(chat) != row:
                del self._waiting[chat]
                if now - since >= _LEAST:
                    self.over[chat] = Outage(since, now)
        for chat, row in waiting.items():
            self._waiting.setdefault(chat, (row, self._looked or now))
        self._looked = now

    def off(self, now: float) -> Outage | None:
        """When the bot was off, if that is to be told now."""
        return self._off if self._off is not None and now - self._off.until > GRACE else None

    def seen(self, now: float) -> float | None:
        """The time to be stored, if one is; none while that it was off is not told yet."""
        told = self._off is None or self.off(now) is not None
        return now if told and abs(now - self._stored) >= _STORED else None

    def told(self, now: float) -> None:
        """All of it is stored."""
        if self.seen(now) is not None:
            self._stored = now
        if self.off(now) is not None:
            self._off = None
        self.over.clear()
