"""In which language somebody is spoken to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.command.languages import Languages, Shared, Tongue
from storage import settings
from storage.database import Database

GROUP = -5


async def languages(tmp_path: Path) -> tuple[Languages, Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/a.db", key=b"k" * 32, ballast=0)
    return Languages(database, Tongue("en", "UTC"), {GROUP: Shared("ru", "Asia/Omsk")}), database


@pytest.mark.parametrize(
    ("telegram", "locale"),
    [(None, "en"), ("ru", "ru"), ("ru-RU", "ru"), ("RU", "ru"), ("de", "en"), ("", "en")],
)
async def test_telegram_tells_it(telegram: str | None, locale: str, tmp_path: Path) -> None:
    known, database = await languages(tmp_path)
    assert known.of(1, telegram) == locale
    assert known.tongue(1, telegram, 1) == Tongue(locale, "UTC")
    await database.close()


async def test_a_choice_counts_more_and_is_remembered(tmp_path: Path) -> None:
    known, database = await languages(tmp_path)
    await known.choose(1, "ru")
    assert known.of(1, "en") == "ru"
    again = Languages(database, Tongue("en", "UTC"), {})
    await again.load([1, 2])
    assert (again.of(1, "en"), again.of(2, "en")) == ("ru", "en")
    await known.choose(1, None)
    await again.load([1, 2])
    assert (known.of(1, "en"), again.of(1, "en")) == ("en", "en")
    await database.close()


async def test_a_group_has_its_own_whoever_asks(tmp_path: Path) -> None:
    known, database = await languages(tmp_path)
    await known.choose(1, "en")
    assert known.tongue(1, "en", GROUP) == Tongue("ru", "Asia/Omsk")
    await database.close()


@pytest.mark.parametrize(
    ("shared", "tongue"),
    [
        (Shared(), Tongue("ru", "UTC")),
        (Shared(locale="en"), Tongue("en", "UTC")),
        (Shared(timezone="Asia/Omsk"), Tongue("ru", "Asia/Omsk")),
    ],
)
async def test_of_what_a_group_does_not_say_the_person_s_own_counts(
    tmp_path: Path, shared: Shared, tongue: Tongue
) -> None:
    _, database = await languages(tmp_path)
    known = Languages(database, Tongue("en", "UTC"), {GROUP: shared})
    assert known.tongue(1, "ru", GROUP) == tongue
    await database.close()


async def test_what_nobody_speaks_is_not_taken_from_the_database(tmp_path: Path) -> None:
    known, database = await languages(tmp_path)
    await database.write(lambda c: settings.set_language(c, 1, "tlh"))
    await known.load([1])
    assert known.of(1, "ru") == "ru"
    await database.close()
