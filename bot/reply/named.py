r"""Secrets that a name announces in a text: `DB_PASSWORD=…`, `"apiKey": …`, `--token …`.

RE2 finds the lines in which a name might, and they are read from left to right, once. A value that
is masked is skipped; one that is not may hold the next name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.reply.names import LETTERS, LONGEST, STEMS, Told, looks_secret, told
from bot.reply.values import NEW_VALUE, NEXT, Region, compiled, value

# `"name": …`, `\"name\": …`, `name => …`, `name%3D…`, and in colour, as logs are.
_IS = r"""["'\\]{0,6}(?:\x1b\[[0-9;]*m)*[ \t]*(?:=>|:=|[:=]|%3[Dd])[ \t]*"""
_NAME = rf"{LETTERS}*(?:{STEMS}){LETTERS}*"
_LINE = compiled(rf"(?:{_NAME}{_IS}|-{_NAME}{NEXT}){NEW_VALUE}[^\n]*")
_WORD = re.compile(rf"({LETTERS}++)({_IS})|\[*+(-{LETTERS}*+){NEXT}|{LETTERS}++".encode())


def named(data: bytes) -> Iterator[Region]:
    """Where the values are; in bytes, ordered."""
    at = 0
    for line in _LINE.finditer(data):
        start, end = line.span()
        for word in _WORD.finditer(data, data.rfind(b"\n", at, start) + 1 or at, end):
            if word.lastindex and word.end() > at and _announces(word):
                secret = value(data, word.end())
                if secret:
                    yield secret
                    at = secret[1]
        at = end


def _announces(word: re.Match[bytes]) -> bool:
    name, equals = (word[1], word[2]) if word[2] else (word[3], None)
    how_sure = told(name[-LONGEST:].decode())
    in_prose = equals is not None and equals.strip() == b":"
    if how_sure > (Told.LIKELY if in_prose else Told.DOUBT):
        return True
    return how_sure > Told.NOTHING and looks_secret(word.string, word.end())
