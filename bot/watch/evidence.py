"""What a person wants to see of an alert, gathered once it fires; what can't be had is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from bot.errors import BotError
from bot.hosts import Host
from bot.watch.alert import Evidence
from bot.watch.beginning import beginning
from bot.watch.watched import Watched
from storage import audit
from storage.database import Connection, Database
from storage.errors import StorageError

_LINES = 5
_LONGEST = 300  # characters of a line, and of a health check's output
_LATELY = 900.0  # seconds in which what somebody did may have to do with it
_DEEDS = 5
_ENDED = ("finished", "partial", "failed", "unknown")


def at_once(one: Watched) -> Evidence:
    """What its events have told already."""
    return Evidence(container=one.name, code=one.code, oom=one.killed_by_memory)


async def gather(
    host: Host, one: Watched, database: Database, now: float, changes: Callable[[str], bool]
) -> Evidence:
    """All of it: what the Engine tells of the container, its log, and who changed what lately.

    `changes` says of a command whether it may change anything.
    """
    found = at_once(one)
    try:
        details = await host.containers.inspect(one.id)
        found = replace(found, cap=details.memory or None, output=_output(details.whole))
        lines = await host.logs.tail(one.id, tail=_LINES)
        found = replace(found, lines=tuple(beginning(line.text.raw, _LONGEST) for line in lines))
    except BotError:
        pass  # it is gone, or the Engine is: the rest is told all the same
    try:
        deeds = await database.read(lambda c: _deeds(c, host.name, one, now))
    except StorageError:
        return found
    return replace(found, deeds=tuple(deed for deed in deeds if changes(deed[2]))[:_DEEDS])


def _output(whole: bytes) -> str:
    """What the last check of its health has said, if that failed."""
    health = json.loads(whole).get("State", {}).get("Health") or {}
    checks = health.get("Log") or []
    if health.get("Status") != "unhealthy" or not checks:
        return ""
    return beginning(str(checks[-1].get("Output", "")).strip(), _LONGEST)


def _deeds(
    connection: Connection, host: str, one: Watched, now: float
) -> tuple[tuple[str, int, str, float], ...]:
    """Name and id of who, the command, and when; of each operation how it ended."""
    entries = audit.search(connection, target=one.name, hosts=[host], since=now - _LATELY)
    told = [_deed(entry.event) for entry in entries if entry.event.get("outcome") in _ENDED]
    return tuple(deed for deed in told if deed is not None)


def _deed(event: object) -> tuple[str, int, str, float] | None:
    match event:
        case {"name": str(name), "actor": int(actor), "command": str(command), "at": float(at)}:
            return name, actor, command, at
    return None
