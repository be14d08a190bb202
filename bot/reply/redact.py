"""Secrets masked: the one door that replies, the audit and the logs all pass.

Three things are masked: secrets that we know (the token, in any spelling that a program may give
it), what a name announces (`DB_PASSWORD=…`, `"apiKey": …`, `--token …`), and what is known by its
shape (`bot.reply.patterns`). Matching runs on RE2, over bytes: a hostile megabyte costs a time that
grows with its length alone, and half a character cannot hide a secret. A list of texts may be a
command line, and is read as one. When in doubt, more is masked, not less.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.reply.names import Told, looks_secret, told
from bot.reply.patterns import blocks, shapes
from bot.reply.regions import apart, in_characters, merged, replaced
from bot.reply.spellings import spellings
from bot.reply.values import SEAM, Region, compiled

MASK = "••••••"
_MASK = MASK.encode()
_SHORTEST = 4
_ROUNDS = 4
_DEEPEST = 64

# A variable, or an option with its value: masked to its end, spaces and all.
_ENTRY = re.compile(rb"-{0,2}([A-Za-z_][A-Za-z0-9_.-]{0,127})=(?=.)", re.DOTALL)
# What may stand before a secret that takes up the rest of a word.
_BEFORE = re.compile(rb"(?:-[A-Za-z])?[\"'\\]*")
# Where Docker keeps the rest of a command line, and where its program.
_PROGRAM = {"Args": "Path", "Cmd": "Entrypoint", "arguments": "entrypoint"}
_VALUES = {"Value": "Name", "value": "name"}


class Redactor:
    """Masks the given secrets, and what looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {
            form for secret in secrets if len(secret) >= _SHORTEST for form in spellings(secret)
        }
        longest_first = sorted(known, key=lambda form: (-len(form), form))
        self._known = (
            compiled("|".join(map(re.escape, longest_first)), ignore_case=False)
            if longest_first
            else None
        )

    def text(self, text: str) -> str:
        """The text with every secret in it masked. Masking again changes nothing."""
        return _text(self._masked(_bytes(text)))

    def regions(self, text: str) -> list[Region]:
        """Where in the text secrets are: ordered, apart, in characters."""
        data = _bytes(text)
        found = merged(self._found(data))
        return found if len(data) == len(text) else in_characters(data, found)

    def json(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """The value with every secret in it masked, by key or by looks; the shape stays."""
        return self._json(value, _DEEPEST)

    def _masked(self, data: bytes) -> bytes:
        for _ in range(_ROUNDS):  # what is masked may uncover something else, once
            masked = replaced(data, merged(self._found(data)), _MASK)
            if masked == data:
                break
            data = masked
        return data

    def _found(self, data: bytes) -> Iterator[Region]:
        yield from self._given(data)
        yield from shapes(data)
        yield from blocks(data)

    def _given(self, data: bytes) -> Iterator[Region]:
        if self._known is not None:
            yield from (match.span() for match in self._known.finditer(data))

    def _words(self, values: Sequence[str], program: Sequence[str] = ()) -> list[str]:
        """The words of a command line, masked as one line and each by itself."""
        words = [_bytes(word) for word in (*program, *values)]
        for _ in range(_ROUNDS):
            found = [*self._found(SEAM.join(words)), *self._given(b" ".join(words))]
            parts = zip(words, apart(merged(found), words, seam=len(SEAM)), strict=True)
            masked = [self._masked(_word(word, here)) for word, here in parts]
            if masked == words:
                break
            words = masked
        return [_text(word) for word in words[len(program) :]]

    def _json(self, value: Any, depth: int, program: Sequence[str] = ()) -> Any:  # noqa: ANN401 - as above
        if isinstance(value, str):
            return self._words([value])[0]
        if depth and isinstance(value, Mapping):
            return {
                self._key(key): self._entry(str(key), inner, value, depth - 1)
                for key, inner in value.items()
            }
        if depth and isinstance(value, (list, tuple)):
            words = iter(self._words(_strings(value), program))
            items = (
                next(words) if isinstance(item, str) else self._json(item, depth - 1)
                for item in value
            )
            return tuple(items) if isinstance(value, tuple) else list(items)
        return value if value is None or isinstance(value, (bool, int, float)) else MASK

    def _key(self, key: Any) -> Any:  # noqa: ANN401 - as above
        return self.text(key) if isinstance(key, str) else key

    def _entry(self, key: str, value: Any, beside: Mapping[Any, Any], depth: int) -> Any:  # noqa: ANN401 - as above
        """What stands under a key; `{"Name": "DB_PASSWORD", "Value": …}` has its key beside it."""
        name = beside.get(_VALUES.get(key), key)
        if _secret(name, _bytes(value) if isinstance(value, str) else b""):
            return _all_masked(value, depth)
        return self._json(value, depth, _strings(beside.get(_PROGRAM.get(key))))


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
    return replaced(text, regions, MASK)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"  # wrong arguments must not lose the record


def _strings(value: Any) -> list[str]:  # noqa: ANN401 - as above
    words = [value] if isinstance(value, str) else value
    return (
        [word for word in words if isinstance(word, str)]
        if isinstance(words, (list, tuple))
        else []
    )


def _secret(name: Any, value: bytes) -> bool:  # noqa: ANN401 - a key of JSON may be anything
    how_sure = told(name) if isinstance(name, str) else Told.NOTHING
    return how_sure > Told.DOUBT or (how_sure is Told.DOUBT and looks_secret(value))


def _word(word: bytes, regions: list[Region]) -> bytes:
    """A word masked; to its end where it is an entry, or nothing of it is before the secret."""
    start = _entry(word)
    if start is not None:
        regions = merged([*regions, (start, len(word))])
    elif regions and _BEFORE.fullmatch(word, 0, regions[0][0]):
        start, end = regions[0]
        if word[end : end + 1] in {b" ", b"\t", b"\n", b"\r", b"\f", b'"', b"'"}:
            regions = [(start, len(word))]
    return replaced(word, regions, _MASK)


def _entry(word: bytes) -> int | None:
    """Where the value begins of a word that is an entry, or holds one: `--env=PASSWORD=…`."""
    at = 0
    for _ in range(2):
        entry = _ENTRY.match(word, at)
        if entry is None:
            break
        at = entry.end()
        if _secret(entry[1].decode(), word[at:]):
            return at
    return None


def _all_masked(value: Any, depth: int) -> Any:  # noqa: ANN401 - as above
    """What stands under a secret's name: every text and number, but not that there is none."""
    if depth > 0 and isinstance(value, Mapping):
        return {k: _all_masked(v, depth - 1) for k, v in value.items()}
    if depth > 0 and isinstance(value, (list, tuple)):
        return [_all_masked(v, depth - 1) for v in value]
    return value if value is None or isinstance(value, bool) or value == "" else MASK


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
