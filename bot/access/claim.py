"""How an owner comes in: a code that the console shows, for ten minutes, three guesses.

Only the code's digest is kept, in a file beside the database, so that `pierhead claim` can open one
while the bot runs. Codes begin with `_`, which no container name can: `/start _…` is never a
container. A guess that can't be counted does not count as right, and what the file can't have been
told by this module opens nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

MARK = "_"
TTL = 600.0
GUESSES = 3
_LONGEST = 1024  # bytes of the file


@dataclass(frozen=True, slots=True)
class _Open:
    digest: str
    until: float
    guesses: int


class Claim:
    """The claim of one database; `clock` gives seconds since the epoch."""

    def __init__(self, file: Path, clock: Callable[[], float]) -> None:
        self.file = file
        self._clock = clock

    def begin(self, secret: str) -> str:
        """Open a claim, in place of any other, and return its code. `secret` is 128 random bits."""
        code = MARK + secret
        with self._alone():
            self._write(_Open(_digest(code), self._clock() + TTL, GUESSES))
        return code

    def guess(self, code: str) -> bool | None:
        """Whether it is the code; None if no claim is open. The right one closes the claim."""
        if self._read() is None:
            return None
        try:
            with self._alone():
                return self._count(code)
        except OSError:
            log.exception("a guess at the claim code can't be counted, so it is not looked at")
            return None

    def _count(self, code: str) -> bool | None:
        found = self._read()
        if found is None:
            return None
        right = hmac.compare_digest(_digest(code).encode(), found.digest.encode())
        if right or found.guesses == 1:
            self.file.unlink()
        else:
            self._write(_Open(found.digest, found.until, found.guesses - 1))
        return right

    def _read(self) -> _Open | None:
        """The claim that is open; None for one that is over, and for anything else in the file."""
        try:
            with self.file.open("rb") as source:
                said = json.loads(source.read(_LONGEST))
            found = _Open(str(said["digest"]), float(said["until"]), int(said["guesses"]))
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
            return None
        left = found.until - self._clock()
        return found if 0 < left <= TTL and 1 <= found.guesses <= GUESSES else None

    def _write(self, claim: _Open) -> None:
        draft = self.file.with_name(f"{self.file.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(claim), out)
        draft.replace(self.file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else, in this process or another, reads and writes the claim meanwhile."""
        handle = os.open(self.file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def file_of(key: Path) -> Path:
    """Where the claim is: beside the key, which the bot alone can read."""
    return key.with_name(f"{key.name}.claim")


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "backslashreplace")).hexdigest()
