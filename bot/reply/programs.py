"""Passwords in command lines, where an option of one letter takes one: `mysql -psecret`.

Which letter depends on the program. What follows the program counts, up to the line's end or the
next program; the words of a list are joined to a line before (`bot.reply.values.SEAM`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.reply.values import NEW_VALUE, Region, compiled, value

_PROGRAMS = {
    b"p": "cqlsh cypher-shell login mariadb mongo mongodump mongorestore mongosh mysql"
    " mysqladmin mysqlcheck mysqldump mysqlimport mysqlsh mysqlshow rabbitmqadmin sshpass",
    b"a": "keydb-cli redis-benchmark redis-cli valkey-cli",
    b"w": "ldapadd ldapdelete ldapmodify ldapsearch ldapwhoami",
    b"P": "ipmitool mosquitto_pub mosquitto_rr mosquitto_sub sqlcmd unzip zip",
}
_LETTER = {
    program.encode(): letter
    for letter, programs in _PROGRAMS.items()
    for program in programs.split()
}
_LETTERS = "".join(letter.decode() for letter in _PROGRAMS)
NAMES = "|".join(sorted((re.escape(name.decode()) for name in _LETTER), key=len, reverse=True))
_BEHIND = r"""(?:\\*["'],[ \t]*|[ \t\f=]*)"""
_LINE = compiled(
    rf"""\b(?:{NAMES})\b[^\n]*[ \t\f"']-[{_LETTERS}]{_BEHIND}{NEW_VALUE}[^\n]*""", ignore_case=False
)
_WORD = re.compile(rf"""\b({NAMES})\b|(?<=[ \t\f"'])-([A-Za-z]){_BEHIND}""".encode())
_PORTS = re.compile(rb"[\d.:-]{1,64}:\d{1,5}(?:/[a-z]{3})?[\"',]*")


def typed(data: bytes) -> Iterator[Region]:
    """Where passwords stand behind such options; in bytes, ordered."""
    at = 0
    for line in _LINE.finditer(data):
        letter = b""
        for word in _WORD.finditer(data, *line.span()):
            letter = _LETTER[word[1]] if word[1] else letter
            if word[2] == letter and word.end() > at:
                secret = value(data, word.end())
                if secret and not _PORTS.fullmatch(data, *secret):  # `run --name mysql -p 80:80`
                    yield secret
                    at = secret[1]
