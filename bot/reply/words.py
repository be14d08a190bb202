"""Messages put into words, in one reader's language and time zone.

A sentence becomes runs of text, each with its style: what came from outside is in code and safe to
show, what may be tapped is plain. A template is filled by its fields alone; `str.format` never sees
a value, so that a container called `{0.__class__}` is only that.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.i18n import Catalogue
from bot.message import (
    Code,
    Message,
    Moment,
    Names,
    Percent,
    Person,
    Size,
    Span,
    Tappable,
    Untrusted,
    Value,
    msg,
)
from bot.reply import figures
from bot.reply.untrusted import safe

_TEMPLATES = 2048
_LIST = msg("{first} and {last}")
_PERCENT = msg("{number} %")


class Style(Enum):
    """How a run is set."""

    PLAIN = "plain"
    CODE = "code"  # monospace, never tappable: all that came from outside
    TAPPABLE = "tappable"  # a command of ours, plain, so that apps make it tappable


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence that is safe to show."""

    text: str
    style: Style = Style.PLAIN


_UNKNOWN = msg("unknown")
_COMMA = Run(", ")


@lru_cache(_TEMPLATES)
def fields(template: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """A template in pieces: text, and the field behind it with its conversion.

    What is no template, such as a help text with a lone brace, is text.
    """
    try:
        return tuple((t, name, conv) for t, name, _, conv in string.Formatter().parse(template))
    except ValueError:
        return ((template, None, None),)


class Words:
    """Puts messages into words. `now` gives seconds since the epoch, to tell today from others."""

    def __init__(
        self, locale: str, timezone: str, catalogue: Catalogue, now: Callable[[], float]
    ) -> None:
        self.locale = locale
        self.timezone = timezone
        self._catalogue = catalogue
        self._now = now

    def plain(self, value: Value) -> str:
        """A sentence or value as text, without styles: for buttons, tables, menus, logs."""
        if isinstance(value, Untrusted):
            return safe(value)
        if isinstance(value, Size | Percent | int):  # most cells of large tables: no runs for them
            return self._figure(value)
        return "".join(run.text for run in self._runs(value))

    def runs(self, value: Value) -> tuple[Run, ...]:
        """A sentence or value as text with styles. Nothing is cut, nothing is redacted."""
        return tuple(run for run in self._runs(value) if run.text)

    def _runs(self, value: Value) -> Iterator[Run]:
        match value:
            case Message():
                yield from self._sentence(value)
            case Untrusted():
                yield Run(safe(value), Style.CODE)
            case Code(text):
                yield Run(safe(Untrusted(text)), Style.CODE)
            case Tappable(text):
                yield Run(text, Style.TAPPABLE)
            case Names(items):
                yield from self._names(items)
            case Person(name, id_):
                yield Run(safe(name), Style.CODE)
                yield Run(f" (…{abs(id_) % 10000:04})")
            case _:
                yield Run(self._figure(value))

    def _figure(self, value: Size | Span | Moment | Percent | int) -> str:
        match value:
            case Size(amount):
                unit, figure = figures.size(amount)
                return self._with_number(unit, figure)
            case Percent(share):
                return self._with_number(_PERCENT, figures.rounded(share))
            case Span(seconds):
                return self.plain(figures.span(seconds))
            case Moment(epoch):
                return self._moment(epoch)
            case _:
                return figures.number(value, self.locale)

    def _with_number(self, unit: Message, figure: float) -> str:
        text = self._catalogue.gettext(unit.one)
        return text.replace("{number}", figures.number(figure, self.locale))

    def _moment(self, epoch: float) -> str:
        zone = ZoneInfo(self.timezone)
        try:
            then = datetime.fromtimestamp(epoch, zone)
        except (ValueError, OverflowError, OSError):  # beyond the years that there are
            return self._catalogue.gettext(_UNKNOWN.one)
        return figures.moment(then, datetime.fromtimestamp(self._now(), zone), self.locale)

    def _sentence(self, message: Message) -> Iterator[Run]:
        for text, name, conversion in fields(self._template(message)):
            if text:
                yield Run(text)
            if name is None:
                continue
            if name not in message.values:
                yield Run(f"{{{name}}}")
                continue
            runs = self._runs(message.values[name])
            yield from _capitalized(runs) if conversion == "c" else runs

    def _template(self, message: Message) -> str:
        if message.many is None:
            return self._catalogue.gettext(message.one)
        return self._catalogue.ngettext(message.one, message.many, message.count)

    def _names(self, items: tuple[Value, ...]) -> Iterator[Run]:
        """As a list is said: "a, b and c"."""
        if len(items) < 2:  # noqa: PLR2004 - with two a list begins
            yield from (run for item in items for run in self._runs(item))
            return
        for text, name, _ in fields(self._catalogue.gettext(_LIST.one)):
            if text:  # an empty one would take the capital letter of the first
                yield Run(text)
            part = items[:-1] if name == "first" else items[-1:] if name == "last" else ()
            for position, item in enumerate(part):
                if position:
                    yield _COMMA
                yield from self._runs(item)


def _capitalized(runs: Iterator[Run]) -> Iterator[Run]:
    """Our own first word gets a capital letter; a name from outside stays as it is."""
    for position, run in enumerate(runs):
        if position == 0 and run.style is Style.PLAIN:
            yield replace(run, text=run.text[:1].upper() + run.text[1:])
        else:
            yield run
