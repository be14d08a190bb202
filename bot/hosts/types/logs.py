"""Lines of a log."""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import Untrusted


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log, `at` in RFC 3339, by the Engine.

    `stream` is 1 (stdout), 2 (stderr), or 3: what the Engine itself says where it can't read on.
    """

    stream: int
    text: Untrusted
    at: str | None = None


@dataclass(frozen=True, slots=True)
class LogMatches:
    """What `--grep` found: the last `lines`, how many matched in all, and how much was read."""

    lines: tuple[LogLine, ...]
    matched: int
    read: int
