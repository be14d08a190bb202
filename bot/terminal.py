"""What is said at the terminal: in its own language, or else in that of the configuration."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from bot.i18n import ENGLISH, catalogue, locales
from bot.message import Message
from bot.reply.words import Words

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as everywhere


def language(environ: Mapping[str, str]) -> str | None:
    """The language that a terminal is set to; None if it is none of ours, or says none ("C")."""
    said = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    word = said.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return word if word in locales() else None


@dataclass(frozen=True, slots=True)
class Terminal:
    """Words messages, one a line; `otherwise` is the language where the terminal says none."""

    otherwise: str = ENGLISH.locale

    def tell(self, message: Message) -> None:
        """Say what was asked for."""
        self._write(sys.stdout, message)

    def complain(self, message: Message) -> None:
        """Say what went wrong, or what nobody asked for, on standard error."""
        self._write(sys.stderr, message)

    def print(self, line: str) -> None:
        """A line that was put together of words."""
        sys.stdout.write(f"{line}\n")

    def word(self, message: Message) -> str:
        """A message in words."""
        chosen = language(os.environ) or self.otherwise
        return Words(chosen, "UTC", catalogue(chosen), time.time).plain(message)

    def _write(self, stream: TextIO, message: Message) -> None:
        stream.write(f"{self.word(message)}\n")
        stream.flush()
