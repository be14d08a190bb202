"""Search in the audit, the newest first."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import eq, ge, lt

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from storage.audit.table import audit
from storage.schema import raw

_LIKE = str.maketrans({"/": "//", "%": "/%", "_": "/_", "*": "%", "?": "_"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it was written. `event` has what was given to `append`, and its format as "v"."""

    seq: int
    event: Mapping[str, object]


def search(  # noqa: PLR0913 - each is one question that people ask
    connection: Connection,
    *,
    actor: int | None = None,
    chat: int | None = None,
    command: str | None = None,
    target: str | None = None,
    outcome: str | None = None,
    calls: Collection[str] | None = None,
    since: float | None = None,
    until: float | None = None,
    before_seq: int | None = None,
    hosts: Collection[str] | None = None,
    limit: int | None = 20,
) -> list[Entry]:
    """What matches all that is given.

    `command` is a name ("container" finds all of its commands too) or a pattern with * and ?.
    `target` is a name or an id. `since` is inclusive, `until` is not. For the next page,
    `before_seq` is the last entry's number. With `hosts`, what was about any other is left out.
    """
    asked = (
        (audit.c.actor, eq, actor),
        (audit.c.chat, eq, chat),
        (audit.c.outcome, eq, outcome),
        (audit.c.at, ge, since),
        (audit.c.at, lt, until),
        (audit.c.seq, lt, before_seq),
    )
    conditions = [compare(column, value) for column, compare, value in asked if value is not None]
    if calls is not None:
        conditions.append(audit.c.call.in_(calls))
    if command is not None:
        conditions.append(_of_command(command))
    if target is not None:
        conditions.append(audit.c.targets.contains(_quoted(target), autoescape=True))
    rows = (
        select(audit.c.seq, raw(audit.c.body).label("bytes"))
        .where(*conditions)
        .order_by(audit.c.seq.desc())
    )
    found = _entries(connection, rows)
    fit = (
        entry
        for entry in found
        if (target is None or _names(entry, target))
        and (hosts is None or entry.event.get("host") in {None, *hosts})
    )
    return list(islice(fit, limit))


def _of_command(asked: str) -> ColumnElement[bool]:
    name, command = audit.c.command, _storable(asked)
    if "*" in command or "?" in command:
        return name.like(command.translate(_LIKE), escape="/")
    return or_(name == command, name.startswith(command + " ", autoescape=True))


def _quoted(target: str) -> str:
    # As it stands in the list's JSON: the database finds candidates, `_names` decides.
    return _storable(json.dumps(target, ensure_ascii=False))


def _storable(text: str) -> str:
    # Half a surrogate pair, escaped as `canonical` does it.
    return text.encode("utf-8", "backslashreplace").decode()


def _names(entry: Entry, target: str) -> bool:
    targets = entry.event.get("targets")
    named = targets if isinstance(targets, list) else []
    return any(
        target in (one.get("name"), one.get("id")) if isinstance(one, dict) else target == one
        for one in named
    )


def _entries(connection: Connection, rows: Select[int, bytes | None]) -> Iterator[Entry]:
    with connection.execute(rows, execution_options={"yield_per": 100}) as found:
        for row in found:
            yield Entry(row.seq, _event(row.bytes))


def _event(body: bytes | None) -> Mapping[str, object]:
    # A row that was tampered with is shown as what it is, not hidden by an error.
    try:
        event = json.loads(body or b"")
    except ValueError:
        return {"unreadable": True}
    return event if isinstance(event, dict) else {"unreadable": True}
