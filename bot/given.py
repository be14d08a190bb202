"""What the parts of one run are made of, before there is any."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.access.policy import Policy
from bot.config import Settings
from bot.heartbeat import PATIENCE, Heartbeat
from bot.i18n import catalogue
from bot.message import Message
from bot.reply.redact import Redactor
from bot.reply.words import Words


@dataclass(frozen=True, slots=True)
class Given:
    """`tell` writes to the console; the times are in seconds."""

    settings: Settings
    policy: Policy
    redactor: Redactor
    bot: int
    instance: str
    tell: Callable[[Message], None]
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    heartbeat: Heartbeat

    def alive(self, what: str, patience: float = PATIENCE) -> Callable[[], None]:
        """What notes that a part is alive."""
        return lambda: self.heartbeat.beat(what, self.clock(), patience)

    def words(self, locale: str, timezone: str) -> Words:
        """How somebody with this language and time zone is spoken to."""
        return Words(locale, timezone, catalogue(locale), self.clock)
