"""What can go wrong with the database, told apart as far as a caller can do something about it."""

from __future__ import annotations


class StorageError(Exception):
    """The database could not do it; nothing of the transaction is stored."""


class Locked(StorageError):
    """Another process held the database longer than the busy time-out."""


class DiskFull(StorageError):
    """There is no room on the disk, even after the ballast was released."""


class Refused(StorageError):
    """What was to be written contradicts what is there: to try again does not help."""


class Missing(StorageError):
    """There is no database of Pierhead's there yet."""


class Closed(StorageError):
    """The database was closed before this could run."""


class IllegalTransition(StorageError):
    """An operation cannot go from the state that it is in to the one that was asked for."""


class Forged(StorageError):
    """A row does not carry the seal that this program would have given it."""
