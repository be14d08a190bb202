"""Keeps a rule that can't be looked at from stopping all others, and knows that all is not well."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Apart:
    """What goes wrong in each `round` is logged once, until it goes well."""

    _wrong: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)

    @property
    def well(self) -> bool:
        """Whether nothing went wrong in this round."""
        return not self._wrong

    def begin(self) -> None:
        """A round begins."""
        self._told, self._wrong = self._wrong, set()

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        """Let whatever goes wrong here end here."""
        try:
            yield
        except Exception:
            if what not in self._told:
                log.exception("%s can't be looked at", what)
            self._wrong.add(what)
