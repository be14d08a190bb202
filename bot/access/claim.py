"""How an owner comes in: a code that the console shows, for ten minutes, three guesses.

Only the code's digest is kept, in a file beside the database, so that `pierhead claim` can open one
while the bot runs. Codes begin with `_`, which no container name can: `/start _…` is never a
container.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

MARK = "_"
TTL = 600.0
GUESSES = 3


@dataclass(frozen=True, slots=True)
class _Open:
    digest: str
    until: float
    guesses: int


class Claim:
    """The claim of one database; `clock` gives seconds since the epoch."""

    def __init__(self, file: Path, clock: Callable[[], float]) -> None:
        self._file = file
        self._clock = clock

    def begin(self, secret: str) -> str:
        """Open a claim, in place of any other, and return its code. `secret` is 128 random bits."""
        code = MARK + secret
        self._write(_Open(_digest(code), self._clock() + TTL, GUESSES))
        return code

    def guess(self, code: str) -> bool | None:
        """Whether it is the code; None if no claim is open. The right one closes the claim."""
        found = self._read()
        if found is None or found.guesses <= 0 or self._clock() >= found.until:
            return None
        right = hmac.compare_digest(_digest(code), found.digest)
        if right or found.guesses == 1:
            self._file.unlink(missing_ok=True)
        else:
            self._write(_Open(found.digest, found.until, found.guesses - 1))
        return right

    def _read(self) -> _Open | None:
        try:
            said = json.loads(self._file.read_text())
            return _Open(str(said["digest"]), float(said["until"]), int(said["guesses"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, claim: _Open) -> None:
        draft = self._file.with_name(f"{self._file.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(claim), out)
        draft.replace(self._file)


def file_of(key: Path) -> Path:
    """Where the claim is: beside the key, which the bot alone can read."""
    return key.with_name(f"{key.name}.claim")


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "backslashreplace")).hexdigest()
