"""What the bot has asked of the server so far, for tests to look at and wait for."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from sandbox.state.journal import Bell

MOST_CALLS = 10_000


class Call(NamedTuple):
    """One call of the bot: the method in the bot's spelling and its parameters as strings."""

    method: str
    params: dict[str, str]


class Calls:
    """The calls, oldest first, bounded."""

    def __init__(self) -> None:
        self.all: deque[Call] = deque(maxlen=MOST_CALLS)
        self.bell = Bell()

    def add(self, method: str, params: Mapping[str, str]) -> None:
        """Record a call and wake who waits for it."""
        self.all.append(Call(method, dict(params)))
        self.bell.ring()

    def of(self, method: str) -> list[dict[str, str]]:
        """The parameters of the calls of one method."""
        wanted = method.lower()
        return [call.params for call in self.all if call.method.lower() == wanted]
