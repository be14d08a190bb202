"""What is known of alerts: their state, their cards, the silences, and what was last heard.

A row is the caller's own JSON, by what it is and its id. It is written in the transaction of the
message that tells of it. It grants nothing: no seal.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    Text,
    bindparam,
    select,
)

from storage.schema import metadata, word
from storage.sql import upsert

SLOT = "alert:"  # what the slot of a card begins with, before its id


class Kind(StrEnum):
    """What a row is."""

    ALERT = "alert"
    CARD = "card"
    SILENCE = "silence"
    CONTAINER = "container"
    HEALING = "healing"
    SEEN = "seen"
    REFUSED = "refused"  # of the second channel: what takes nothing, and that was told


alert_state = Table(
    "alert_state",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(12), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)


def keep(connection: Connection, bot: int, kind: Kind, bodies: Mapping[str, str | None]) -> None:
    """Keep these, by their ids, in the place of what was there; None drops one."""
    kept = [
        {"bot": bot, "kind": kind, "id": id_, "body": body}
        for id_, body in bodies.items()
        if body is not None
    ]
    dropped = [{"gone": id_} for id_, body in bodies.items() if body is None]
    if kept:
        statement = upsert(connection, alert_state)
        statement = statement.on_conflict_do_update(
            index_elements=["bot", "kind", "id"], set_={"body": statement.excluded.body}
        )
        connection.execute(statement, kept)
    if dropped:
        # One by one: a statement takes no more than some ten thousand parameters.
        gone = alert_state.c.id == bindparam("gone")
        connection.execute(alert_state.delete().where(_here(bot, kind), gone), dropped)


def load(connection: Connection, bot: int, kind: Kind) -> dict[str, str]:
    """All of a kind, by their ids."""
    rows = connection.execute(select(alert_state.c.id, alert_state.c.body).where(_here(bot, kind)))
    return {row.id: row.body for row in rows}


def slots() -> Select[str]:
    """The slots of cards that are open: until the end they are edited and replied to."""
    card = alert_state.c.kind == word(Kind.CARD)
    return select(word(SLOT) + alert_state.c.id).where(card)


def _here(bot: int, kind: Kind) -> ColumnElement[bool]:
    return (alert_state.c.bot == bot) & (alert_state.c.kind == kind)
