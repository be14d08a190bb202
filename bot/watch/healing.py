"""When what is unhealthy is restarted once more: the arithmetic of budget and backoff.

A container's label opts in, `pierhead.heal=true`, and `pierhead.heal.budget` says how often within
an hour. Who makes images must not decide that: a label that the image has as well is not heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

HEAL, BUDGET = "pierhead.heal", "pierhead.heal.budget"
HOUR = 3600.0
USUAL, MOST = 3, 5  # tries within an hour
_REMEMBERED = 30 * 86_400.0  # seconds for which one that was given up is left alone
_YES = frozenset({"true", "restart"})
_FIRST, _LONGEST = 120.0, 960.0  # seconds from one try to the next, doubled with each


class Step(Enum):
    """What to do about one that is unhealthy."""

    RESTART = "restart"
    WAIT = "wait"
    GIVE_UP = "give up"


@dataclass(frozen=True, slots=True)
class Healed:
    """What was tried of a container, and of which `alert` and firing (`since`) that was last.

    `tries` are seconds since the epoch, `budget` how many there may be within an hour. `done`: it
    is known that the last was made. `given_up`: the budget is spent, and nothing more is tried of
    that firing.
    """

    host: str
    name: str
    tries: tuple[float, ...] = ()
    budget: int = USUAL
    alert: str = ""
    since: float = 0.0
    done: bool = False
    given_up: bool = False

    @property
    def id(self) -> str:
        """What it is stored under."""
        return f"{self.host}/{self.name}"

    def lately(self, now: float) -> tuple[float, ...]:
        """The tries that count, wherever the clock was set to meanwhile."""
        return tuple(at for at in self.tries if abs(now - at) < HOUR)

    def past(self, now: float) -> bool:
        """Whether it counts for nothing any more."""
        return not self.lately(now) and (not self.given_up or abs(now - self.since) > _REMEMBERED)

    def about(self, alert: str, budget: int) -> Healed:
        """As it is looked at now."""
        return replace(self, alert=alert, budget=budget)

    def tried(self, since: float, now: float) -> Healed:
        """With one more, for an alert that has fired at `since`."""
        tries = (*self.lately(now), now)
        return replace(self, tries=tries, since=since, done=False, given_up=False)

    def step(self, since: float, now: float) -> Step:
        """What is next, of an alert that has fired at `since`."""
        if self.given_up and self.since == since:
            return Step.WAIT
        lately = self.lately(now)
        if lately and now - max(lately) < pause(len(lately)):
            return Step.WAIT
        return Step.RESTART if len(lately) < self.budget else Step.GIVE_UP


def pause(tries: int) -> float:
    """Seconds to wait after so many tries."""
    return min(_FIRST * 2.0 ** (tries - 1), _LONGEST)


def asks(labels: Mapping[str, str]) -> bool:
    """Whether labels ask for it, the image's among them."""
    return labels.get(HEAL) in _YES


def budget_of(labels: Mapping[str, str]) -> int:
    """How often it may be restarted within an hour; 0 where its labels don't ask for it."""
    if not asks(labels):
        return 0
    said = labels.get(BUDGET, "")
    return min(int(said), MOST) if said.isdecimal() and said.isascii() else USUAL


def meant(container: Mapping[str, str], image: Mapping[str, str]) -> int:
    """The same, where the image's labels are known: what it says as well is not heard."""
    return budget_of({key: value for key, value in container.items() if key not in image})
