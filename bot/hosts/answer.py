"""Reads an Engine's JSON as what it should be, or raises `Unexpected`.

An Engine is somebody else's program: it may be a proxy, another product, or hostile. A missing key
or a wrong type must end as one clear sentence, never as a `KeyError`; and an id that it reports
must be an id, since it goes into the path of the next request.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.message import Untrusted

_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
# Nanoseconds are more than `datetime` takes: the first six digits are kept.
_FRACTION = re.compile(r"(\.\d{6})\d+")
_YEAR_ONE = "0001-01-01"
_WHY = 500
_MOST = 100_000  # rows of a list: each becomes half a kilobyte, and more
_BITS = 64  # of Go's largest numbers


class Unexpected(Exception):
    """The Engine answered with something that it should not."""


class Refused(Exception):
    """The answer is an error: HTTP `status`, and `why` in the words that came with it.

    `foreign` is true where they are not the Engine's, but those of a proxy before it.
    """

    def __init__(self, status: int, why: str, *, foreign: bool = False) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.why = why
        self.foreign = foreign


def refusal(status: int, body: bytes) -> Refused:
    """An answer of 400 and more; its body is JSON with a `message`, or, from a proxy, anything."""
    try:
        why, foreign = string(mapping(json.loads(body)), "message"), False
    except (ValueError, RecursionError, Unexpected):
        why, foreign = body.decode("utf-8", "replace"), True
    return Refused(status, why.strip()[:_WHY], foreign=foreign)


def mapping(value: object) -> Mapping[str, object]:
    """A JSON object; null is an empty one, as Go writes it."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unexpected("object")
    return value


def sequence(value: object) -> list[object]:
    """A JSON array that is not endless; null is an empty one, as Go writes it."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST:
        raise Unexpected("array")
    return value


def string(raw: Mapping[str, object], key: str) -> str:
    """Text at `key`, "" where there is none. Half characters, which JSON can hold, are replaced."""
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unexpected(key)
    return whole(value)


def whole(text: str) -> str:
    """The text without lone surrogates: they could not be sent on."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def untrusted(raw: Mapping[str, object], key: str) -> Untrusted:
    """Text at `key`, as somebody else's."""
    return Untrusted(string(raw, key))


def integer(raw: Mapping[str, object], key: str, default: int = 0) -> int:
    """A whole number at `key`."""
    value = raw.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value.bit_length() > _BITS:
        raise Unexpected(key)
    return value


def optional(raw: Mapping[str, object], key: str) -> int | None:
    """A whole number at `key`, None where there is none."""
    return None if raw.get(key) is None else integer(raw, key)


def boolean(raw: Mapping[str, object], key: str) -> bool:
    """Yes or no at `key`; no where there is none."""
    value = raw.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Unexpected(key)
    return value


def identity(raw: Mapping[str, object], key: str = "Id") -> str:
    """An id at `key`: hexadecimal, and so safe in the path of a request."""
    value = raw.get(key)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unexpected(key)
    return value


def labels(raw: Mapping[str, object], key: str = "Labels") -> Mapping[str, str]:
    """Labels at `key`, whole and read-only."""
    found = mapping(raw.get(key))
    pairs = {}
    for name, value in found.items():
        if not isinstance(value, str):
            raise Unexpected(key)
        pairs[whole(name)] = whole(value)
    return MappingProxyType(pairs)


def strings(raw: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of texts at `key`."""
    found = sequence(raw.get(key))
    if not all(isinstance(item, str) for item in found):
        raise Unexpected(key)
    return tuple(whole(str(item)) for item in found)


def moment(raw: Mapping[str, object], key: str) -> float | None:
    """RFC 3339 or seconds at `key`, as seconds since the epoch; None for none (Go's year one)."""
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return _finite(value, key)
    text = string(raw, key)
    if not text or text.startswith(_YEAR_ONE):
        return None
    try:
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise Unexpected(key) from error


def _finite(value: int, key: str) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise Unexpected(key) from error
    if not math.isfinite(number):
        raise Unexpected(key)
    return number
