"""What a person has chosen: the language. It grants nothing: no seal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, String, Table, select

from storage.schema import metadata
from storage.sql import upsert

person_settings = Table(
    "person_settings",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(16)),
)


def language(connection: Connection, person: int) -> str | None:
    """The language that a person chose."""
    return connection.scalar(
        select(person_settings.c.language).where(person_settings.c.person == person)
    )


def set_language(connection: Connection, person: int, language: str | None) -> None:
    """Choose a person's language; none follows the client again."""
    values = {"person": person, "language": language}
    statement = upsert(connection, person_settings).on_conflict_do_update(
        index_elements=["person"], set_=values
    )
    connection.execute(statement, values)
