"""Secrets masked: the one door that replies, the audit and the logs all pass.

Three things are masked: secrets that we know (the token, in any spelling that a program may give
it), what a name announces (`DB_PASSWORD=…`, `"apiKey": …`, `--token …`), and what is known by its
shape (`bot.reply.patterns`). Matching runs on RE2, over bytes: a hostile megabyte costs
milliseconds, and half a character cannot hide a secret. When in doubt, more is masked, not less.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from bot.reply.patterns import announces, blocks, compiled, shapes, takes_password

MASK = "••••••"
_SHORTEST = 4
_SHORTEST_ENCODED = 8
_ROUNDS = 4
_DEEPEST = 64

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")

Region = tuple[int, int]


class Redactor:
    """Masks the given secrets, and what looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {
            form for secret in secrets if len(secret) >= _SHORTEST for form in _spellings(secret)
        }
        longest_first = sorted(spellings, key=lambda form: (-len(form), form))
        self._known = (
            compiled("|".join(map(re.escape, longest_first)), ignore_case=False)
            if longest_first
            else None
        )

    def text(self, text: str) -> str:
        """The text with every secret in it masked. Masking again changes nothing."""
        for _ in range(_ROUNDS):  # what is masked may uncover something else, once
            masked = masked_at(text, self.regions(text))
            if masked == text:
                break
            text = masked
        return text

    def regions(self, text: str) -> list[Region]:
        """Where in the text secrets are: ordered, apart, in characters."""
        data = text.encode("utf-8", "surrogatepass")
        found = _merged(self._found(data))
        return found if len(data) == len(text) else _in_characters(data, found)

    def json(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """The value with every secret in it masked, by key or by looks; the shape stays."""
        return self._json(value, _DEEPEST)

    def _found(self, data: bytes) -> Iterator[Region]:
        if self._known is not None:
            yield from (match.span() for match in self._known.finditer(data))
        yield from shapes(data)
        yield from blocks(data)

    def _json(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        if isinstance(value, str):
            return self._string(value)
        if depth and isinstance(value, Mapping):
            return {self._key(k): self._entry(str(k), v, depth - 1) for k, v in value.items()}
        if depth and isinstance(value, (list, tuple)):
            items = self._items(value, depth - 1)
            return tuple(items) if isinstance(value, tuple) else list(items)
        return value if value is None or isinstance(value, (bool, int, float)) else MASK

    def _string(self, value: str) -> str:
        """An entry of an environment is masked to its end, spaces and all."""
        name, equals, secret = value.partition("=")
        if equals and _VARIABLE.fullmatch(name) and announces(name):
            return f"{self.text(name)}={MASK if secret else ''}"
        return self.text(value)

    def _key(self, key: Any) -> Any:  # noqa: ANN401 - as above
        return self.text(key) if isinstance(key, str) else key

    def _entry(self, key: str, value: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        if announces(key):
            return _all_masked(value, depth)
        return self._json(value, depth)

    def _items(self, values: Sequence[Any], depth: int) -> Iterator[Any]:
        """A list may be a command line, where an option announces the next word."""
        before = ""
        argv = [value for value in values if isinstance(value, str)]
        for value in values:
            word = isinstance(value, str)
            hidden = word and takes_password(before, argv)
            yield MASK if hidden and value else self._json(value, depth)
            before = value if word else ""


class RedactingFilter(logging.Filter):
    """Redacts records: message with arguments, traceback and stack. It belongs on *handlers*.

    A filter on a logger is not asked about what comes up from the loggers below it.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its text final and redacted."""
        record.msg = self._redactor.text(_message(record))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.text(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.text(record.stack_info)
        return True


def masked_at(text: str, regions: Iterable[Region]) -> str:
    """The text with the regions masked."""
    parts: list[str] = []
    at = 0
    for start, end in regions:
        parts += (text[at:start], MASK)
        at = end
    return "".join((*parts, text[at:]))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"  # wrong arguments must not lose the record


def _all_masked(value: Any, depth: int) -> Any:  # noqa: ANN401 - as above
    """What stands under a secret's name: every text and number, but not that there is none."""
    if depth > 0 and isinstance(value, Mapping):
        return {k: _all_masked(v, depth - 1) for k, v in value.items()}
    if depth > 0 and isinstance(value, (list, tuple)):
        return [_all_masked(v, depth - 1) for v in value]
    return value if value is None or isinstance(value, bool) or value == "" else MASK


def _spellings(secret: str) -> Iterator[str]:
    """How programs write a text: as it is, in URLs, in JSON, and within base64."""
    yield secret
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), quoted)
    escaped = json.dumps(secret)[1:-1]
    yield from (escaped, json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (escaped.replace("/", "\\/"), secret.replace("&", "&amp;"))
    if len(secret) >= _SHORTEST_ENCODED:
        yield from _in_base64(secret.encode("utf-8", "surrogatepass"))


def _in_base64(secret: bytes) -> Iterator[str]:
    """Three bytes become four letters, so that a text within another has three spellings."""
    for lead in range(3):
        coded = base64.b64encode(bytes(lead) + secret).decode()
        inner = coded.rstrip("=")[(0, 2, 3)[lead] :]  # less what holds bits of what is before
        if (lead + len(secret)) % 3:
            inner = inner[:-1]  # and of what is behind
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def _merged(regions: Iterable[Region]) -> list[Region]:
    merged: list[Region] = []
    for start, end in sorted(regions):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def _in_characters(data: bytes, regions: Iterable[Region]) -> list[Region]:
    counted, at, found = 0, 0, []
    for start, end in regions:
        first = counted + _length(data[at:start])
        counted, at = first + _length(data[start:end]), end
        found.append((first, counted))
    return found


def _length(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogatepass"))
