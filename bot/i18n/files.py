"""The files that translators see: the template made from the source, and a `.po` a language.

They carry no dates and no line numbers, so that they change only when a sentence does.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.i18n.catalogue import FOLDER
from bot.i18n.extract import Found, Sentence, extract, fields

SOURCES = ("bot", "handlers")
_ROOT = FOLDER.parents[1]
_WIDTH = 100
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals={catalog.num_plurals}; plural={catalog.plural_expr};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True, slots=True)
class Files:
    """The catalogues in a folder, and the root of the source that they are of."""

    folder: Path = FOLDER
    root: Path = _ROOT

    def update(self) -> None:
        """Write the template, and take what is new and gone into every language.

        A sentence that was changed keeps its old translation, marked as fuzzy; what is no longer
        said is kept at the end, as obsolete.
        """
        template = _template(self._extract())
        self._template_path.write_bytes(_text(template))
        for path in self._languages():
            catalog = _read(path)
            catalog.update(template, update_header_comment=False)
            path.write_bytes(_text(catalog, path.stem))

    def check(self) -> list[str]:
        """What is wrong with them, as "file: what"; nothing if all is translated."""
        found = self._extract()
        problems = list(found.problems)
        path = self._template_path
        if not path.exists() or path.read_bytes() != _text(_template(found)):
            problems.append(f"{path.name}: not current, run: python -m bot.i18n update")
        for path in self._languages():
            problems += (f"{path.name}: {problem}" for problem in _wrong(_read(path), found))
        return problems

    @property
    def _template_path(self) -> Path:
        return self.folder / "messages.pot"

    def _extract(self) -> Found:
        return extract(self.root, SOURCES)

    def _languages(self) -> list[Path]:
        return sorted(self.folder.glob("*.po"))


def _template(found: Found) -> Catalog:
    catalog = Catalog()
    for said in found.sentences:
        key = (said.one, said.many) if said.many is not None else said.one
        catalog.add(key, locations=[(place, 0) for place in said.places])
    return catalog


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def _text(catalog: Catalog, language: str = "") -> bytes:
    body = io.BytesIO()
    write_po(
        body,
        catalog,
        width=_WIDTH,
        omit_header=True,
        sort_by_file=True,
        include_previous=True,
        include_lineno=False,
    )
    return _HEADER.format(language=language, catalog=catalog).encode() + body.getvalue()


def _wrong(catalog: Catalog, found: Found) -> Iterator[str]:
    for said in found.sentences:
        entry = catalog.get(said.one)
        if entry is None or not entry.string or not all(_forms(entry)):
            yield f"not translated: {said.one}"
        elif entry.fuzzy:
            yield f"fuzzy: {said.one}"
        else:
            yield from _unlike(said, entry, catalog.num_plurals)
    known = {said.one for said in found.sentences}
    gone = {_key(entry) for entry in catalog if entry.id} - known
    yield from (f"obsolete: {one}" for one in sorted(gone | {_key(m) for m in _obsolete(catalog)}))


def _unlike(said: Sentence, entry: Message, plurals: int) -> Iterator[str]:
    """Where a translation lacks or invents a field, or looks like a slip of the keyboard."""
    forms = _forms(entry)
    if len(forms) != (1 if said.many is None else plurals):
        yield f"wrong number of forms: {said.one}"
    least = fields(said.many or said.one)
    most = least | fields(said.one)
    for form in forms:
        try:
            if not least <= fields(form) <= most:
                yield f"other fields than in the English: {form}"
        except ValueError as error:
            yield f"{error}: {form}"
        if (form.strip() == form) != (said.one.strip() == said.one):
            yield f"space at an end: {form}"
        if '"' in form and '"' not in said.one:
            yield f"straight quotes: {form}"


def _forms(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def _key(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _obsolete(catalog: Catalog) -> Iterator[Message]:
    yield from catalog.obsolete.values()
