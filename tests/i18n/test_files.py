"""The catalogues of the product, and the tool that keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.i18n.__main__ import main
from bot.i18n.files import Files

HEADER = r"""msgid ""
msgstr ""
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\n"
"Content-Type: text/plain; charset=utf-8\n"
"""


def test_everything_is_translated() -> None:
    assert Files().check() == []


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "bot").mkdir()
    (tmp_path / "handlers").mkdir()
    (tmp_path / "po").mkdir()
    (tmp_path / "po" / "ru.po").write_text(HEADER, encoding="utf-8")
    return Files(tmp_path / "po", tmp_path)


def say(files: Files, *sentences: str) -> None:
    (files.root / "bot" / "a.py").write_text("\n".join(sentences), encoding="utf-8")


def translate(files: Files, text: str, *forms: str) -> None:
    """Fill the first empty translation that comes after a text."""
    path = files.folder / "ru.po"
    before, mark, behind = path.read_text(encoding="utf-8").partition(f'"{text}"\n')
    for form in forms:
        behind = behind.replace(' ""\n', f' "{form}"\n', 1)
    path.write_text(before + mark + behind, encoding="utf-8")


def test_update_takes_what_is_new_and_changes_nothing_twice(files: Files) -> None:
    say(files, "msg('Refresh')", "plural('{count} image', '{count} images', n)")
    files.update()
    first = [path.read_bytes() for path in sorted(files.folder.iterdir())]
    assert b'msgid "Refresh"' in first[0]
    assert b"#: bot/a.py\n" in first[1]
    assert b"Date" not in first[0] + first[1]
    say(files, "\n\nmsg('Refresh')", "plural('{count} image', '{count} images', n)")
    files.update()
    assert [path.read_bytes() for path in sorted(files.folder.iterdir())] == first


def test_what_lacks_is_told_until_nothing_does(files: Files) -> None:
    say(files, "msg('Refresh')", "plural('{count} image', '{count} images', n)")
    assert files.check() == [
        "messages.pot: not current, run: python -m bot.i18n update",
        "ru.po: not translated: Refresh",
        "ru.po: not translated: {count} image",
    ]
    files.update()
    translate(files, "Refresh", "Обновить")
    translate(files, "{count} images", "{count} образ", "{count} образа")
    assert files.check() == ["ru.po: not translated: {count} image"]
    translate(files, "{count} images", "{count} образов")
    assert files.check() == []


@pytest.mark.parametrize(
    ("russian", "problem"),
    [
        ("Не сделано", "other fields than in the English: Не сделано"),
        ("Не {why}: {what}", "other fields than in the English: Не {why}: {what}"),
        ("Не {what", "expected '}' before end of string: Не {what"),
        ("Не {what:>3}", "{what} is not a plain field: Не {what:>3}"),
        ("Не {what} ", "space at an end: Не {what} "),
        (r"Не \"{what}\"", 'straight quotes: Не "{what}"'),
    ],
)
def test_a_slip_in_a_translation_is_told(files: Files, russian: str, problem: str) -> None:
    say(files, "msg('Not done: {what}')")
    files.update()
    translate(files, "Not done: {what}", russian)
    assert files.check() == [f"ru.po: {problem}"]


def test_a_field_that_only_the_plural_has_is_in_all_forms(files: Files) -> None:
    say(files, "plural('last line', 'last {count} lines', n)")
    files.update()
    translate(files, "last {count} lines", "строка", "{count} строки", "{count} строк")
    assert files.check() == ["ru.po: other fields than in the English: строка"]


def test_a_changed_sentence_is_fuzzy_and_a_gone_one_obsolete(files: Files) -> None:
    say(files, "msg('Nothing was changed at all')", "msg('Somewhere else')")
    files.update()
    translate(files, "Nothing was changed at all", "Ничего не изменено")
    translate(files, "Somewhere else", "Где-то ещё")
    say(files, "msg('Nothing was changed at all.')")
    files.update()
    assert files.check() == [
        "ru.po: fuzzy: Nothing was changed at all.",
        "ru.po: obsolete: Somewhere else",
    ]


def test_the_command_line(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    say(files, "msg('Refresh')", "msg(text)")
    assert main(["update"], files) == 0
    assert main(["check"], files) == 1
    assert capsys.readouterr().out == (
        "bot/a.py:2: msg() takes literal text only\nru.po: not translated: Refresh\n"
    )
    say(files, "msg('Refresh')")
    translate(files, "Refresh", "Обновить")
    assert main(["check"], files) == 0
