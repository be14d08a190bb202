"""The console: reading the configuration there, and `pierhead claim`, which makes an owner."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from bot.access.claim import Claim, file_of
from bot.config import ConfigError, Settings, find, load
from bot.enrolment import invitation
from bot.message import Code, Message, msg
from bot.terminal import Terminal
from storage.errors import StorageError
from storage.sealed import key_file


def read(config: Path | None) -> Settings | None:
    """The settings; None, and all that is wrong told, where they can't be used."""
    try:
        return load(config or find(), os.environ)
    except ConfigError as error:
        for problem in error.problems:
            Terminal().complain(problem.said)
        return None


def unusable(error: StorageError) -> Message:
    """That the database can't be used, and why."""
    return msg("The database can't be used: {why}", why=Code(str(error)))


def claim(config: Path | None) -> int:
    """Show a code that makes its sender an owner; the bot need not be running yet."""
    settings = read(config)
    if settings is None:
        return 1
    terminal = Terminal(settings.locale.language)
    path = settings.storage.key_path
    try:
        key_file(path)
        code = Claim(file_of(path), time.time).begin(secrets.token_urlsafe(16))
    except StorageError as error:
        terminal.complain(msg("No code can be kept: {why}", why=Code(str(error))))
        return 1
    except OSError as error:
        why = Code(f"{path.parent}: {error.strerror}")
        terminal.complain(msg("No code can be kept: {why}", why=why))
        return 1
    for line in invitation(code):
        terminal.tell(line)
    return 0
