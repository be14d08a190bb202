"""On whose cards what fires is put: of all who hear of it now, and of who is asked later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.watch.card import SECOND
from bot.watch.deck import Place
from bot.watch.notice import Audience
from bot.watch.rule import Rule, Severity

GRACE = 180.0  # seconds after a start in which everything is gathered into one card
UNHEARD = 180.0  # seconds after which what is critical and not taken goes to the second channel
START = "start"  # the topic of that card


@dataclass(slots=True)
class Hearing:
    """Knows when each host, or the bot itself, has `started` (seconds since the epoch)."""

    grace: float = GRACE
    started: dict[str, float] = field(default_factory=dict)

    def places(
        self, rule: Rule, host: str, now: float, audience: Audience, *, itself: bool
    ) -> Iterator[tuple[Place, float]]:
        """The cards of what fires now on a host, or of the host `itself`; when each is due."""
        start = self.started.get(host)
        early = not itself and start is not None and 0 <= now - start < self.grace
        topic, due = (START, (start or 0.0) + self.grace) if early else (rule.name, now)
        for chat in audience.of(rule, host):
            yield Place(chat, host, topic), due
        for number, step in enumerate(rule.chain, 1):
            yield Place(step.chat, host, topic, number), now + step.after
        if audience.second and rule.severity is Severity.CRITICAL:
            yield Place(SECOND, host, topic, len(rule.chain) + 1), now + UNHEARD
