"""Rules of alerts that were made in a chat, and what was changed there of those that are built in.

`said` are the clauses of the rule as they were typed. A rule tells a chat of a host with the rights
of its author, so it is sealed: one that was forged is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    func,
    select,
)

from storage import sealed
from storage.schema import metadata
from storage.sql import upsert

OWNERS = 0  # the chat of a rule that tells the owners, whoever they are

alert_rule = Table(
    "alert_rule",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    Column("author", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("said", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A rule as `author`, called `who`, has made or last changed it: `at`, seconds since the epoch.

    It tells the `chat`.
    """

    bot: int
    name: str
    author: int
    who: str
    chat: int
    at: float
    said: Mapping[str, str]
    enabled: bool = True


class Added(Enum):
    """What became of a new one."""

    STORED = "stored"
    FULL = "full"
    TAKEN = "taken"


def add(connection: Connection, new: Made, *, each: int, most: int) -> Added:
    """Store one; `FULL` if its author has `each` already, or all `most`; `TAKEN` is its name."""
    of_bot = alert_rule.c.bot == new.bot
    mine = func.count().filter(alert_rule.c.author == new.author)
    have, every = connection.execute(select(mine, func.count()).where(of_bot)).one()
    if have >= each or every >= most:
        return Added.FULL
    if connection.scalar(select(alert_rule.c.name).where(_is(new.bot, new.name))) is not None:
        return Added.TAKEN
    put(connection, new)
    return Added.STORED


def put(connection: Connection, made: Made) -> None:
    """Store one in the place of what its name stood for."""
    row = asdict(made) | {"said": json.dumps(dict(made.said))}
    row["seal"] = sealed.seal(connection, alert_rule.name, row)
    statement = upsert(connection, alert_rule).on_conflict_do_update(
        index_elements=["bot", "name"], set_=row
    )
    connection.execute(statement, row)


def move(connection: Connection, bot: int, chat: int, to: int) -> None:
    """The chat that some of them tell has a new id."""
    for made in every(connection, bot).values():
        if made.chat == chat:
            put(connection, replace(made, chat=to))


def remove(connection: Connection, bot: int, name: str) -> bool:
    """Remove one; False if it was gone."""
    return connection.execute(alert_rule.delete().where(_is(bot, name))).rowcount == 1


def every(connection: Connection, bot: int) -> dict[str, Made]:
    """All of a bot's that this program has written, by their names."""
    mine = select(alert_rule).where(alert_rule.c.bot == bot).order_by(alert_rule.c.name)
    rows = connection.execute(mine).mappings()
    return {
        row["name"]: _made(row)
        for row in rows
        if sealed.holds(connection, alert_rule.name, _says(row), row["seal"])
    }


def _is(bot: int, name: str) -> ColumnElement[bool]:
    return (alert_rule.c.bot == bot) & (alert_rule.c.name == name)


def _says(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(Made)}


def _made(row: RowMapping) -> Made:
    return Made(**_says(row) | {"said": json.loads(row["said"])})
