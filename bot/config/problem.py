"""What is wrong with a configuration, without the values that are in it.

`Refused` is what a check of ours raises inside pydantic; `Problem` is what comes of it once its key
and place are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.message import Code, Message, Size, Span, Value

Loc = tuple[str | int, ...]

_TOKEN = re.compile(r"\d{3,}:[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. Key and place are safe to print.

    `place` is `FILE:LINE`, the file alone, or the name of an environment variable. `key` is empty
    where the file as a whole is meant.
    """

    key: str
    place: str
    message: Message

    @property
    def said(self) -> Message:
        """The whole of it, for who sits at the terminal."""
        text = "{place}: {key}: {what}" if self.key else "{place}: {what}"
        place, key = Code(self.place), Code(self.key)
        return Message(text).having(place=place, key=key, what=self.message)

    def __str__(self) -> str:
        said = {name: _plain(value) for name, value in self.message.values.items()}
        sentence = self.message.one.format_map(said)
        return ": ".join(part for part in (self.place, self.key, sentence) if part)


class ConfigError(Exception):
    """The configuration cannot be used: everything that is wrong with it, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class Refused(ValueError):
    """A value is refused for one or more reasons, each with the keys that lead to it from here."""

    def __init__(self, message: Message, *more: tuple[Loc, Message], at: Loc = ()) -> None:
        super().__init__("refused")
        self.faults = ((at, message), *more)


def shown(text: str, most: int = 64) -> str:
    """A key or a path, safe to print: one line, of bounded length, with no token in it."""
    masked = _TOKEN.sub("…", text)
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in masked)
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def dotted(loc: Loc) -> str:
    """How a key is named: `access.owners[0]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in loc)
    return "".join(parts).removeprefix(".")


def _plain(value: Value) -> str:
    """A value in words, for a traceback; the terminal gets `said`."""
    if isinstance(value, Span):
        return f"{value.seconds:g} s"
    if isinstance(value, Size):
        return f"{value.bytes} bytes"
    return value.text if isinstance(value, Code) else str(value)
