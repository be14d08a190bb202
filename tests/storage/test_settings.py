from __future__ import annotations

from sqlalchemy import Connection

from storage import settings


def test_a_person_s_language(connection: Connection) -> None:
    assert settings.language(connection, 42) is None
    settings.set_language(connection, 42, "ru")
    settings.set_language(connection, 42, "en")
    assert settings.language(connection, 42) == "en"
    settings.set_language(connection, 42, None)
    assert settings.language(connection, 42) is None
