"""Fails fast while an Engine is silent, so that nobody waits again for what just did not answer.

Two time-outs without an answer between them open it. After a pause one request is let through: its
answer closes the breaker, its silence opens it for another pause.
"""

from __future__ import annotations

from collections.abc import Callable

_SILENCES = 2
_PAUSE = 15.0


class Breaker:
    """State of one Engine's silence. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._silences = 0
        self._until: float | None = None

    @property
    def wait(self) -> float:
        """Seconds until it may be tried again; 0 when it may be now."""
        return max(0.0, self._until - self._clock()) if self._until is not None else 0.0

    def answered(self) -> None:
        """The Engine said something, whatever it was."""
        self._silences = 0
        self._until = None

    def silent(self) -> None:
        """The Engine let a request time out."""
        self._silences += 1
        if self._silences >= _SILENCES:
            self._until = self._clock() + _PAUSE
