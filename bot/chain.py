"""`pierhead audit`: prove the audit log, and let its beginning go, which only the console may."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import date, datetime
from datetime import time as day_time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.console import read, unusable
from bot.message import Code, Message, msg, plural
from bot.terminal import Terminal
from storage import audit
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.look import look
from storage.sealed import read_key

_FAULTS: Mapping[audit.Fault, Message] = {
    audit.Fault.LACKS: msg("it lacks."),
    audit.Fault.CUT_OFF: msg("it and what followed it were cut off."),
    audit.Fault.UNLINKED: msg("it does not follow from the row before it."),
    audit.Fault.CHANGED: msg("it was changed."),
    audit.Fault.ANOTHER: msg("it is not what was sealed or noted down."),
    audit.Fault.ADDED: msg("it was added without a seal."),
    audit.Fault.UNSEALED: msg("its seal is lost, false or of another key."),
}


def verify(config: Path | None, head: tuple[int, bytes] | None) -> int:
    """Prove that the audit log is whole, and holds a head that was noted down; 1 if it isn't."""
    settings = read(config)
    if settings is None:
        return 1
    terminal = Terminal(settings.locale.language)
    expected = audit.Head(*head) if head else None
    try:
        return 0 if _proved(settings, terminal, expected) else 1
    except StorageError as error:
        terminal.complain(unusable(error))
        return 1


def prune(config: Path | None, before: date) -> int:
    """Let go of what the audit log holds from before a day, and prove that the rest is whole."""
    settings = read(config)
    if settings is None:
        return 1
    terminal = Terminal(settings.locale.language)
    zone, day = ZoneInfo(settings.locale.timezone), Code(before.isoformat())
    if before > datetime.now(zone).date():
        terminal.complain(msg("{day} has not come yet. Nothing was removed.", day=day))
        return 1
    begins = datetime.combine(before, day_time(), zone).timestamp()
    try:
        if not _proved(settings, terminal, quiet=True):
            terminal.complain(msg("Nothing was removed."))
            return 1
        gone = asyncio.run(_prune(settings, begins))
        terminal.tell(_gone(gone, day))
        return 0 if _proved(settings, terminal) else 1
    except StorageError as error:
        terminal.complain(unusable(error))
        return 1


def _gone(rows: int, day: Code) -> Message:
    if not rows:
        return msg("Nothing is from before {day}. Nothing was removed.", day=day)
    return plural(
        "{count} row from before {day} was removed.",
        "{count} rows from before {day} were removed.",
        rows,
        day=day,
    )


async def _prune(settings: Settings, before: float) -> int:
    key = read_key(settings.storage.key_path)
    database = await Database.open(settings.storage.url, key=key, ballast=0)
    try:
        return await database.write(partial(_pruned, before=before, now=time.time()))
    finally:
        await database.close()


def _pruned(connection: Connection, before: float, now: float) -> int:
    rows = audit.prune(connection, before, now)
    if rows:
        event = {"at": round(now, 3), "command": "audit prune", "outcome": "finished"}
        audit.append(connection, {**event, "before": before, "rows": rows})
    return rows


def _proved(
    settings: Settings, terminal: Terminal, head: audit.Head | None = None, *, quiet: bool = False
) -> bool:
    """Whether the audit log is whole, and told; with `quiet` only if it isn't.

    Raises:
        StorageError: it can't be read.
    """
    with look(settings.storage.url, settings.storage.key_path) as connection:
        found = audit.verify(connection, head)
    if found.fault is not None:
        row = Code(str(found.first_bad))
        terminal.tell(msg("NOT WHOLE at row {row}: {why}", row=row, why=_FAULTS[found.fault]))
        return False
    if head is not None and head.seq < found.head_seq - found.rows:
        row = Code(str(head.seq))
        terminal.tell(msg("NOT PROVED: row {row} was pruned, that head says nothing now.", row=row))
        return False
    if not quiet:
        _tell_whole(terminal, found)
    return True


def _tell_whole(terminal: Terminal, found: audit.Verification) -> None:
    terminal.tell(plural("Whole: {count} row.", "Whole: {count} rows.", found.rows))
    head = Code(f"{found.head_seq}:{found.head_hash.hex()}")
    terminal.tell(msg("Its head: {head}", head=head))
    terminal.tell(
        msg(
            "Keep it elsewhere: with {option} an older copy put back is noticed.",
            option=Code("--head"),
        )
    )
