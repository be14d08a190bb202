"""`pierhead check`: what is well, and for what isn't the line that mends it."""

from __future__ import annotations

import asyncio
import grp
import os
import socket
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.config import ConfigError, Settings, find, load
from bot.errors import BotError
from bot.hosts import Host
from bot.telegram.probe import Refused, Unreachable, probe
from storage.database import Database
from storage.errors import StorageError
from storage.sealed import key_file

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: what, whether it is well, what was found, and the line that mends it."""

    what: str
    well: bool
    found: str
    mend: str = ""


def _well(what: str, found: str) -> Row:
    return Row(what, well=True, found=found)


def _amiss(what: str, found: str, mend: str = "") -> Row:
    return Row(what, well=False, found=found, mend=mend)


def check(config: Path | None) -> int:
    """Print the table; 0 if all is well."""
    path = config or find()
    try:
        settings = load(path, os.environ)
    except ConfigError as error:
        _print([_amiss("config", str(problem)) for problem in error.problems])
        return 1
    warnings = [_amiss("config", str(problem)) for problem in settings.warnings]
    here = _well("config", str(path) if path else "from the environment")
    rows = [here, *warnings, *asyncio.run(_all(settings))]
    _print(rows)
    return 0 if all(row.well for row in rows) else 1


async def _all(settings: Settings) -> list[Row]:
    rows = await _guarded("telegram", lambda: _telegram(settings))
    for name, entry in settings.hosts.items():
        rows += await _guarded(f"host {name}", partial(_host, name, entry.url))
    rows += await _guarded("database", lambda: _database(settings))
    owners = settings.access.owners
    if owners:
        rows.append(_well("owner", ", ".join(map(str, owners))))
    return rows


async def _guarded(what: str, ask: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await ask()
    except TimeoutError:
        return [_amiss(what, f"no answer in {_PATIENCE:.0f} s", "Is it running?")]


async def _telegram(settings: Settings) -> list[Row]:
    root = settings.telegram.base_url
    try:
        account = await probe(settings.telegram.token_value(), root)
    except Refused:
        return [_amiss("token", "refused", "Take the one that @BotFather shows: /mybots")]
    except Unreachable as error:
        return [_amiss("telegram", str(error), f"Can this machine reach {root}?")]
    rows = [_well("token", f"@{account.name}")]
    if account.reads_all:
        mend = "@BotFather: /setprivacy, Enable. Pierhead needs only its own commands."
        rows.append(_amiss("privacy mode", "off: the bot is sent all of a group", mend))
    else:
        rows.append(_well("privacy mode", "on"))
    if account.webhook:
        rows.append(_amiss("webhook", "one is set", "pierhead run removes it; who set it?"))
    return rows


async def _host(name: str, url: str) -> list[Row]:
    what = f"host {name}"
    path = Path(url.removeprefix("unix://"))
    problem = _socket(path)
    if problem is not None:
        return [_amiss(what, *problem)]
    host = Host(name, url)
    try:
        found = await host.system.version()
    except BotError as error:
        return [_amiss(what, error.message.one, "docker version")]
    finally:
        await host.close()
    return [_well(what, f"Docker {found.version.raw[:40]!r}, API {found.api}")]


def _socket(path: Path) -> tuple[str, str] | None:
    """Why the socket can't be used, and what mends it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return f"{path} is not there", "Is Docker installed and running? systemctl start docker"
    except PermissionError:
        return f"{path} may not be looked at", f"ls -ld {path.parent}"
    if not stat.S_ISSOCK(status.st_mode):
        return f"{path} is no socket", "hosts.*.url: the Engine's socket"
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PATIENCE)
        try:
            probe.connect(str(path))
        except PermissionError:
            return f"{path} may not be used", _group(status.st_gid)
        except OSError as error:
            return f"{path}: {error.strerror}", "systemctl start docker"
    return None


def _group(number: int) -> str:
    """The line that gives the right to a socket's group."""
    try:
        name = grp.getgrgid(number).gr_name
    except KeyError:
        name = str(number)
    return (
        f"sudo usermod -aG {name} $USER, then log in again (in a container: --group-add {number})"
    )


async def _database(settings: Settings) -> list[Row]:
    try:
        key = key_file(settings.storage.key_path)
        database = await Database.open(settings.storage.url, key=key)
        well = await database.healthy()
        await database.close()
    except StorageError as error:
        return [_amiss("database", str(error), "May this user write there? Is the disk full?")]
    where = str(settings.storage.file or "a server")
    return [_well("database", where) if well else _amiss("database", where, "Is its disk full?")]


def _print(rows: list[Row]) -> None:
    width = max(len(row.what) for row in rows)
    for row in rows:
        sys.stdout.write(f"{'ok' if row.well else '!!'}  {row.what:<{width}}  {row.found}\n")
        if row.mend:
            sys.stdout.write(f"    {'':<{width}}  → {row.mend}\n")
