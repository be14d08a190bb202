"""Seals on rows that grant something: who can write the database file cannot make himself an owner.

A seal is an HMAC-SHA256, with a key that is kept outside the database, over the table's name and
what the row says. The key comes with the connection, so that no caller can forget it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from storage.engine import make_folder
from storage.errors import StorageError

KEY_BYTES = 32


def seal(connection: Connection, table: str, says: Mapping[str, object]) -> bytes:
    """The seal for a row that says this."""
    text = json.dumps([table, says], sort_keys=True, separators=(",", ":"), default=_bytes)
    return hmac.digest(connection.info["key"], text.encode(), hashlib.sha256)


def holds(connection: Connection, table: str, says: Mapping[str, object], found: object) -> bool:
    """Whether a row carries the seal that it should."""
    expected = seal(connection, table, says)
    return isinstance(found, bytes) and hmac.compare_digest(expected, found)


def _bytes(value: bytes) -> dict[str, str]:
    # A digest, as the same bytes that are text must be another value, and a file may be long.
    return {"sha256": hashlib.sha256(value).hexdigest()}


def key_file(path: Path) -> bytes:
    """The key that is kept in a file (0600), made with its folder where there is none.

    Raises:
        StorageError: it cannot be read or made, or is too short to be a key.
    """
    make_folder(path)
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be made: {error.strerror}") from error
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The key that is there already.

    Raises:
        StorageError: it cannot be read, or is too short to be a key.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    if len(key) < KEY_BYTES:
        raise StorageError(f"{path} holds no key: {KEY_BYTES} bytes are needed")
    return key


def _make(path: Path) -> None:
    """Give the name to a whole key only: a kill leaves a draft behind, never half a key."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody was quicker: that one is the key
            os.link(draft, path)
        _sync(path.parent)
    finally:
        draft.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
