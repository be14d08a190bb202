"""Who was enrolled, and who became an owner by a claim. Every row is sealed: it grants something.

A row whose seal does not hold grants nothing, and is named so that it can be reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Column, Connection, Float, LargeBinary, Table, Text, select

from storage import sealed
from storage.errors import Forged
from storage.schema import metadata
from storage.sql import upsert

person = Table(
    "person",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("enrolled_at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
owner_claim = Table(
    "owner_claim",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("claimed_at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known. `source` says how: "claim", "invitation". The id is Telegram's."""

    id: int
    name: str
    source: str
    enrolled_at: float


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners by claim: names by id, and the ids of rows that were changed in the database.

    Any of either means that there was an owner once: no new claim without the console.
    """

    names: Mapping[int, str]
    forged: tuple[int, ...]


def enrol(connection: Connection, new: Person) -> None:
    """Record somebody, or anew with what is true now."""
    _store(connection, person, asdict(new))


def get(connection: Connection, id: int) -> Person | None:  # noqa: A002 - the field's name
    """The person with this id, or nothing.

    Raises:
        Forged: the row was not written by this program.
    """
    row = connection.execute(select(person).where(person.c.id == id)).first()
    if row is None:
        return None
    found = Person(row.id, row.name, row.source, row.enrolled_at)
    if not sealed.holds(connection, "person", asdict(found), row.seal):
        raise Forged(f"the record of person {id} was changed in the database")
    return found


def add_owner(connection: Connection, id: int, name: str, now: float) -> None:  # noqa: A002 - the same
    """Record an owner by claim, enrolled as well."""
    _store(connection, owner_claim, {"id": id, "name": name, "claimed_at": now})
    enrol(connection, Person(id, name, "claim", now))


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


def _store(connection: Connection, table: Table, says: Mapping[str, object]) -> None:
    values = {**says, "seal": sealed.seal(connection, table.name, says)}
    statement = upsert(connection, table).on_conflict_do_update(index_elements=["id"], set_=values)
    connection.execute(statement, values)
