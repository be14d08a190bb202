"""Sentences of one language by their English, read from its `.po` file when it is first needed.

There is no build step: Babel reads the file that translators edit. English needs neither, so that
an English bot never loads Babel.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is said in one language. What it lacks is said in English."""

    locale: str = "en"
    form: Callable[[int], int] = lambda count: int(count != 1)
    sentences: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    def gettext(self, text: str) -> str:
        """The translation of a sentence."""
        known = self.sentences.get(text)
        return known[0] if known else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The translation of a sentence, in the form that goes with `count`."""
        known = self.sentences.get(one)
        form = self.form(abs(count))
        if known and form < len(known):
            return known[form]
        return one if count == 1 else many


ENGLISH = Catalogue()


@cache
def catalogue(locale: str) -> Catalogue:
    """The catalogue of a language; English for one that is not known."""
    if locale == ENGLISH.locale or locale not in locales():
        return ENGLISH
    return read(locale, FOLDER / f"{locale}.po")


@cache
def locales() -> tuple[str, ...]:
    """The languages there are: English first."""
    return (ENGLISH.locale, *sorted(path.stem for path in FOLDER.glob("*.po")))


def read(locale: str, path: Path) -> Catalogue:
    """A catalogue from a file; what is not translated, or marked as fuzzy, is left out."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - 45 ms that an English bot saves

    with path.open("rb") as file:
        entries = read_po(file, locale=locale, abort_invalid=True)
    sentences = {}
    for entry in entries:
        forms = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        if entry.id and forms and all(forms) and not entry.fuzzy:
            sentences[entry.id if isinstance(entry.id, str) else entry.id[0]] = forms
    form = gettext.c2py(entries.plural_expr)
    return Catalogue(locale, form, MappingProxyType(sentences))
