"""`pierhead silence`: a script says that what it is about to do is no alert.

It writes into the database, whether the bot runs or not: one that runs notices within seconds.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import Settings
from bot.console import read, unusable
from bot.errors import UsageError
from bot.message import Code, Message, Moment, Names, msg
from bot.terminal import Terminal
from bot.watch import stored
from bot.watch.calendar import Silence, scope
from storage import alerts, audit
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.sealed import key_file

_BY = "pierhead silence"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be silent, for how many seconds."""

    seconds: float
    host: str | None = None
    on: str = ""
    rule: str = "*"
    comment: str = ""


def begin(config: Path | None, wanted: Wanted) -> int:
    """Begin a silence and print its id; 1 if that can't be."""
    settings = read(config)
    if settings is None:
        return 1
    terminal = Terminal(settings.locale.language)
    if wanted.host is not None and wanted.host not in settings.hosts:
        names = Names(tuple(map(Code, settings.hosts)))
        terminal.complain(msg("There is no host {name}.", name=Code(wanted.host)))
        terminal.complain(msg("Hosts: {hosts}.", hosts=names))
        return 1
    try:
        (on,) = scope(wanted.on.split())
    except UsageError as error:
        terminal.complain(error.message)
        return 1
    except ValueError:
        terminal.complain(msg("One name or pattern at a time, please."))
        return 1
    now = time.time()
    one = Silence(
        secrets.token_hex(3),
        replace(on, host=wanted.host or "*"),
        now + wanted.seconds,
        _BY,
        wanted.rule,
        wanted.comment,
    )
    return _written(settings, terminal, one.id, stored.dump(one), one.until)


def end(config: Path | None, id_: str) -> int:
    """End a silence; 1 if there is none of that id."""
    settings = read(config)
    if settings is None:
        return 1
    return _written(settings, Terminal(settings.locale.language), id_, None, None)


def _written(
    settings: Settings, terminal: Terminal, id_: str, body: str | None, until: float | None
) -> int:
    try:
        problem = asyncio.run(_write(settings, id_, body))
    except StorageError as error:
        problem = unusable(error)
    if problem is not None:
        terminal.complain(problem)
        return 1
    if until is not None:
        terminal.print(id_)
        terminal.complain(msg("Silent until {until} (UTC).", until=Moment(until)))
    return 0


async def _write(settings: Settings, id_: str, body: str | None) -> Message | None:
    """Write it, with a row of the audit; why not, if it can't be."""
    storage = settings.storage
    bot = int(settings.telegram.token_value().partition(":")[0])
    database = await Database.open(storage.url, key=key_file(storage.key_path), ballast=0)
    try:
        return await database.write(lambda c: _kept(c, bot, id_, body))
    finally:
        await database.close()


def _kept(connection: Connection, bot: int, id_: str, body: str | None) -> Message | None:
    have = alerts.load(connection, bot, alerts.Kind.SILENCE)
    if body is None and id_ not in have:
        return msg("There is no silence {id}.", id=Code(id_))
    if body is not None and len(have) >= _MOST:
        return msg("There are {most} silences already: end one first.", most=_MOST)
    alerts.keep(connection, bot, alerts.Kind.SILENCE, {id_: body})
    said: Mapping[str, str] = {"ended": id_} if body is None else {"silence": body}
    event = {"at": round(time.time(), 3), "command": "silence", "outcome": "finished"}
    audit.append(connection, {**event, **said})
    return None
