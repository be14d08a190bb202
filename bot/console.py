"""What only the console may do: make an owner, prove the audit log."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import time
from pathlib import Path

from bot.access.claim import Claim, file_of
from bot.config import ConfigError, Settings, find, load
from storage import audit
from storage.database import Database
from storage.errors import StorageError
from storage.sealed import key_file


def claim(config: Path | None) -> int:
    """Show a code that makes its sender an owner; the bot need not be running yet."""
    settings = _settings(config)
    if settings is None:
        return 1
    key_file(settings.storage.key_path)
    code = Claim(file_of(settings.storage.key_path), time.time).begin(secrets.token_urlsafe(16))
    _say("Within 10 minutes, send the bot this in a private chat. Three guesses in all.")
    _say(f"    /start {code}")
    return 0


def verify(config: Path | None) -> int:
    """Prove that the audit log is whole; 1 and the first bad row if it isn't."""
    settings = _settings(config)
    if settings is None:
        return 1
    try:
        found = asyncio.run(_verify(settings))
    except StorageError as error:
        _say(f"The database can't be read: {error}")
        return 1
    if found.first_bad is not None:
        _say(f"NOT WHOLE at row {found.first_bad}: {found.reason}")
        return 1
    _say(f"Whole: {found.rows} rows. The last hash is {found.head_hash.hex()}.")
    _say("Keep that hash elsewhere: with it, a log that was cut off at the end is noticed as well.")
    return 0


async def _verify(settings: Settings) -> audit.Verification:
    key = key_file(settings.storage.key_path)
    database = await Database.open(settings.storage.url, key=key)
    try:
        return await database.read(audit.verify)
    finally:
        await database.close()


def _settings(config: Path | None) -> Settings | None:
    try:
        return load(config or find(), os.environ)
    except ConfigError as error:
        for problem in error.problems:
            _say(str(problem))
        return None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
