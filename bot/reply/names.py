"""What a name tells of its value: whether `DB_PASSWORD`, `apiKey` or `MYSQLPASS` holds a secret.

One judge for all places where something is named: variables, options, keys of JSON, `name: value`
in a log. A few words are enough wherever they stand within a name (`_SURE`); short ones count at
the end of a word, as names run together (`DBPASS`, `WG_PRIVKEY`), unless that is a word of its own
(`COMPASS`, `MONKEY`, `cache_key`). Of a doubtful name, a value is masked that looks like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

# What a name that tells anything has in it, for a search; and the letters of names.
STEMS = r"pass|pwd?|secret|token|cred|key|auth|cookie|jwt|sig|mnemonic|[_.-]pat"
LETTERS = r"[A-Za-z0-9_.\[\]-]"
LONGEST = 128  # letters of a name that are looked at, from its end

_KEYS = (
    "api|app|private|priv|access|secret|encrypt|encryption|master|sign|signing|ssh|jwt|account"
    "|client|auth|session|storage|license|service|shared|deploy|webhook|unlock"
)
_SURE = re.compile(
    r"passwor[dt]|passwd|passphrase|passcode|secret|token(?!i[sz])|credential|authorization"
    rf"|mnemonic|(?:{_KEYS})[_.-]?keys?|[_.-]pat$"
)
_ENDINGS = (
    "pass",
    "passin",
    "passout",
    "pw",
    "pwd",
    "key",
    "cred",
    "creds",
    "auth",
    "cookie",
    "jwt",
)
_DOUBTFUL = frozenset({"keys", "sig", "signature"})
# What ends like a secret and is none, together or with a sign between.
_HARMLESS = re.compile(
    "(?:all|band|by|com|encom|high|low|multi|over|sur|tres|under)pass|(?:old)?pwd|sacred"
    "|(?:cache|column|composite|context|dedup|event|foreign|group|hash|hot|idempotency|index|latch"
    "|lock|lookup|map|message|metric|object|partition|primary|pub|public|queue|range|registry"
    "|routing|row|sandbox|search|sort|sticky|surrogate|translation|turn|unique"
    "|don|hoc|joc|lac|mon|tur|whis)?key"
)
# What is said about a secret, not the secret.
_ABOUT = re.compile(
    "count|days|dir|enabled|expires|expiry|length|method|size|sock|stdin|timeout|ttl|type"
    "|.*file|.*path"
)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PATH = re.compile(rb"[\"'\\]*(?:~|\.{0,2})/")
# Letters and figures, sixteen or more, of which the first 64 are looked at.
_RANDOM = re.compile(
    rb"[\"'\\]{0,6}(?=[^0-9\s\"']{0,63}[0-9])(?=[^A-Za-z\s\"']{0,63}[A-Za-z])[A-Za-z0-9+/_=~-]{16}"
)


class Told(IntEnum):
    """How sure it is that a value is a secret."""

    NOTHING = 0
    DOUBT = 1
    LIKELY = 2  # as a key or a variable; in a sentence, `auth: failed` is none
    SURE = 3


@lru_cache(4096)
def told(name: str) -> Told:
    """What the name alone tells."""
    name = name[-LONGEST:]
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return Told.NOTHING
    about = _ABOUT.fullmatch(words[-1])
    if _SURE.search(name.lower()):
        return Told.DOUBT if about else Told.SURE
    found = [(word, at) for at, word in enumerate(_glued(words)) if word.endswith(_ENDINGS)]
    telling = [at for word, at in found if not _HARMLESS.fullmatch(word)]
    if telling and not about:
        prose = telling[-1] != len(words) - 1 or words[-1] == "auth" or words == ["pass"]
        return Told.LIKELY if prose and not name.isupper() else Told.SURE
    return Told.DOUBT if found or _DOUBTFUL.intersection(words) else Told.NOTHING


def looks_secret(value: bytes, at: int = 0) -> bool:
    """Whether what stands there could be a key: long, of letters and figures, and no path."""
    return _RANDOM.match(value, at) is not None and _PATH.match(value, at) is None


def _glued(words: Sequence[str]) -> Iterator[str]:
    """The words, with the one before to each that is an ending alone: "cache", "cachekey"."""
    before = ""
    for word in words:
        yield before + word if word in _ENDINGS else word
        before = word
