"""Sessions: programs that somebody types to, by replies to the message that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.recent import Recent

_REMEMBERED = 256
_READ = 5.0  # seconds in which one reads that a line was refused


class Keyboard(Protocol):
    """What is typed on."""

    def line(self, text: str) -> bool:
        """Type a text, and Enter; False, and nothing is typed, where the program doesn't read."""

    def press(self, key: str) -> bool:
        """Press one of `KEYS`; False as above."""


KEYS = ("ctrl-c", "ctrl-d", "tab", "up")


@dataclass(slots=True, eq=False)
class Session:
    """One, by the id of its call. `typist` is the name of the command that types a line.

    `container` is the container's name, `target` its id. `chat` is where it is shown; `moved` tells
    that it was asked for in another.
    """

    id: str
    owner: int
    chat: int
    moved: bool
    host: str
    container: str
    target: str
    typist: str
    keyboard: Keyboard
    typed_at: float
    open: bool = True
    _came: int = 0
    _came_at: float = 0.0
    _done: int = 0
    _barred: int = 0

    def arrive(self, sent_at: float) -> int:
        """Count a line that comes in. Who sends one long after another has read what became of it.

        Then it may be typed although a line before it was refused.
        """
        self._came += 1
        if sent_at - self._came_at >= _READ:
            self._done = self._came - 1
        self._came_at = sent_at
        return self._came

    def follows(self, line: int) -> bool:
        """Whether a line may be typed: not where one before it was refused, and nobody knew.

        `cd /tmp` that was too much at once must not be followed by `rm *`.
        """
        if line > self._done + 1:
            self._barred = self._came
        self._done = max(self._done, line)
        return line > self._barred


class Sessions:
    """Those that are open, and those that ended lately; the pipeline bounds how many are open."""

    def __init__(self) -> None:
        self._known: Recent[str, Session] = Recent(_REMEMBERED)

    def __iter__(self) -> Iterator[Session]:
        """The newest first."""
        return reversed(tuple(self._known.values()))

    def add(self, session: Session) -> None:
        """Remember one that opens."""
        self._known[session.id] = session

    def get(self, id: str) -> Session | None:  # noqa: A002 - the field's name
        """The session of a call, if it is open."""
        found = self._known.get(id)
        return found if found is not None and found.open else None
