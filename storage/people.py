"""Who became an owner by a claim. Every row is sealed: it grants something.

A row whose seal does not hold grants nothing, and is named so that it can be reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Float, LargeBinary, Table, Text, select

from storage import sealed
from storage.schema import metadata
from storage.sql import upsert

owner_claim = Table(
    "owner_claim",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("claimed_at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners by claim: names by id, and the ids of rows that were changed in the database.

    Any of either means that there was an owner once: no new claim without the console.
    """

    names: Mapping[int, str]
    forged: tuple[int, ...]


def add_owner(connection: Connection, id: int, name: str, now: float) -> None:  # noqa: A002 - the field's name
    """Record an owner by claim, or anew with what is true now."""
    says = {"id": id, "name": name, "claimed_at": now}
    values = {**says, "seal": sealed.seal(connection, "owner_claim", says)}
    statement = upsert(connection, owner_claim).on_conflict_do_update(
        index_elements=["id"], set_=values
    )
    connection.execute(statement, values)


def owners(connection: Connection) -> Owners:
    """All owners by claim."""
    names, forged = {}, []
    for row in connection.execute(select(owner_claim).order_by(owner_claim.c.id)):
        says = {"id": row.id, "name": row.name, "claimed_at": row.claimed_at}
        if sealed.holds(connection, "owner_claim", says, row.seal):
            names[row.id] = row.name
        else:
            forged.append(row.id)
    return Owners(names, tuple(forged))
