"""Which instances of this machine live, known from the kernel: a lock ends with its process.

A lease takes its time to end; after `kill -9` the next start on the same machine need not wait for
it. Each instance holds a file beside the database; a file that anyone can lock belongs to the dead.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from pathlib import Path

from storage.errors import StorageError

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Locks:
    """The lock files beside one database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._held: dict[str, int] = {}

    def hold(self, instance: str) -> None:
        """Hold the instance's lock until `release` or the end of the process.

        Raises:
            StorageError: somebody holds it, or it cannot be made.
        """
        descriptor = _locked(self._path(instance), os.O_CREAT)
        if descriptor is None:
            raise StorageError("the lock of this instance is held already")
        self._held[instance] = descriptor

    def release(self) -> None:
        """Let go of all that this object holds."""
        while self._held:
            instance, descriptor = self._held.popitem()
            self._path(instance).unlink(missing_ok=True)
            os.close(descriptor)

    def dead(self, instances: Iterable[str]) -> list[str]:
        """Those that ended without letting go. One without a file here is not known to be dead."""
        return [instance for instance in instances if self._is_dead(instance)]

    def _is_dead(self, instance: str) -> bool:
        path = self._path(instance)
        try:
            descriptor = _locked(path, 0)
        except FileNotFoundError:
            return False
        if descriptor is None:
            return False
        os.close(descriptor)
        return True

    def forget(self, instances: Iterable[str]) -> None:
        """Remove the files of the dead, once their work was taken over."""
        for instance in self.dead(instances):
            self._path(instance).unlink(missing_ok=True)

    def _path(self, instance: str) -> Path:
        if not _ID.fullmatch(instance):
            raise StorageError("an instance's id is up to 64 letters, digits, - and _")
        return self._database.with_name(f"{self._database.name}.{instance}.lock")


def _locked(path: Path, flags: int) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
