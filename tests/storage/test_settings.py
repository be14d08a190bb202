from __future__ import annotations

from sqlalchemy import Connection

from storage import people, settings
from storage.settings import ChatSettings


def test_a_person_s_language(connection: Connection) -> None:
    assert settings.language(connection, 42) is None
    settings.set_language(connection, 42, "ru")
    settings.set_language(connection, 42, "en")
    assert settings.language(connection, 42) == "en"
    settings.set_language(connection, 42, None)
    assert settings.language(connection, 42) is None


def test_choosing_a_language_enrols_nobody(connection: Connection) -> None:
    settings.set_language(connection, 42, "ru")
    assert people.get(connection, 42) is None


def test_a_chat_s_language_and_time_zone(connection: Connection) -> None:
    assert settings.chat(connection, -1) == ChatSettings()
    for chosen in (ChatSettings("ru", "Europe/Riga"), ChatSettings(None, "UTC")):
        settings.set_chat(connection, -1, chosen)
        assert settings.chat(connection, -1) == chosen
