"""What a person or a chat has chosen: language and time zone. It grants nothing: no seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, select

from storage.schema import metadata
from storage.sql import upsert

person_settings = Table(
    "person_settings",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(16)),
)
chat_settings = Table(
    "chat_settings",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(16)),
    Column("timezone", Text),
)


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's own language and IANA time zone; none where it follows the default."""

    language: str | None = None
    timezone: str | None = None


def language(connection: Connection, person: int) -> str | None:
    """The language that a person chose."""
    return connection.scalar(
        select(person_settings.c.language).where(person_settings.c.person == person)
    )


def set_language(connection: Connection, person: int, language: str | None) -> None:
    """Choose a person's language; none follows the client again."""
    _store(connection, person_settings, "person", {"person": person, "language": language})


def chat(connection: Connection, id: int) -> ChatSettings:  # noqa: A002 - the field's name
    """What a chat has chosen."""
    row = connection.execute(select(chat_settings).where(chat_settings.c.chat == id)).first()
    return ChatSettings() if row is None else ChatSettings(row.language, row.timezone)


def set_chat(connection: Connection, id: int, chosen: ChatSettings) -> None:  # noqa: A002 - the same
    """Choose for a chat."""
    values = {"chat": id, "language": chosen.language, "timezone": chosen.timezone}
    _store(connection, chat_settings, "chat", values)


def _store(connection: Connection, table: Table, key: str, values: Mapping[str, object]) -> None:
    statement = upsert(connection, table).on_conflict_do_update(index_elements=[key], set_=values)
    connection.execute(statement, values)
