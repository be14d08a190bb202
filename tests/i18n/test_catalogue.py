"""Catalogues as they are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.i18n import ENGLISH, catalogue, locales
from bot.i18n.catalogue import read

RUSSIAN = r"""
msgid ""
msgstr ""
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n"
"%100>=20) ? 1 : 2);\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "Refresh"
msgstr "Обновить"

msgid "{count} image"
msgid_plural "{count} images"
msgstr[0] "{count} образ"
msgstr[1] "{count} образа"
msgstr[2] "{count} образов"

#, fuzzy
msgid "Stop"
msgstr "Стой"

msgid "Logs"
msgstr ""
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ru.po"
    path.write_text(RUSSIAN, encoding="utf-8")
    return path


def test_a_translation_and_its_forms(path: Path) -> None:
    ru = read("ru", path)
    assert ru.gettext("Refresh") == "Обновить"
    forms = [ru.ngettext("{count} image", "{count} images", n) for n in (1, 2, 5, 11, 21, 112, -1)]
    image, images, many = "{count} образ", "{count} образа", "{count} образов"
    assert forms == [image, images, many, many, image, many, image]


def test_what_is_not_translated_is_english(path: Path) -> None:
    ru = read("ru", path)
    assert [ru.gettext(text) for text in ("Stop", "Logs", "New")] == ["Stop", "Logs", "New"]
    assert ru.ngettext("{count} pod", "{count} pods", 1) == "{count} pod"
    assert ru.ngettext("{count} pod", "{count} pods", 21) == "{count} pods"


def test_english_comes_first_and_an_unknown_language_is_english() -> None:
    assert locales()[0] == "en"
    assert "ru" in locales()
    assert catalogue("xx") is ENGLISH
    assert catalogue("../ru") is ENGLISH
    assert catalogue("ru") is catalogue("ru")


def test_english_does_not_load_babel() -> None:
    code = (
        "import sys; from bot.i18n import catalogue; from bot.reply.words import Words;"
        "from bot.message import Moment, Percent, Size;"
        "w = Words('en', 'UTC', catalogue('en'), lambda: 0.0);"
        "[w.plain(v) for v in (12345, Size(10**9), Percent(1.5), Moment(10**9))];"
        "sys.exit(any(m.partition('.')[0] == 'babel' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
