"""What a client would make tappable, although nobody marked it up.

Every Telegram client turns a bare @name, /command, #tag, web address, e-mail address or phone
number into a link, outside code. A name of a container written as plain text can therefore be a
link to anywhere; a test asks this module whether it would be. Where clients differ, the one that
links more is believed. The patterns follow TDLib's published rules for entities.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from sandbox.text.domains import DOMAINS
from sandbox.text.entity import CODE_TYPES, LINK_TYPES, Entity, ordered, units

LETTERS_OF_COUNTRY = 2  # every two-letter ending is a country's, or may be tomorrow

_LABEL = r"[^\W_](?:[\w~-]*[^\W_])?"
_URL = re.compile(
    rf"""
    (?<![\w@/\#.~-])
    (?:(?P<scheme>https?|ftp)://(?:[^\s/@\[\]{{}}()'`<>"«»]+@)?)?
    (?P<host>{_LABEL}(?:\.{_LABEL})+)
    (?P<port>:\d{{1,5}})?
    (?P<path>[/?\#][^\s<>"«»\u2000-\u200b\u200e\u200f\u2016-\u206f]*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TELEGRAM_URL = re.compile(r"(?:tg|ton)://[a-z0-9_-]{1,253}(?:[/?#][^\s<>\"«»]*)?", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![\w.+-])[a-z0-9_.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9])?\.){1,6}[a-z]{2,8}\b",
    re.IGNORECASE,
)
_SIMPLE = (
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])"),
    ),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w\u200c])#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![$\w])\$(?:1INCH|[A-Z]{1,8})(?![$\w])")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[ ()-]{0,2}\d){6,14}(?!\w)")),
)
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_TRAILING = ".:;,('?!`)"


def with_links(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """The given entities and those that a client finds by itself, outer before inner."""
    taken = [item for item in entities if item.type in CODE_TYPES | LINK_TYPES | {"date_time"}]
    found: list[Entity] = []
    for link in _find(text):
        if not any(link.overlaps(other) for other in (*taken, *found)):
            found.append(link)
    return ordered([*entities, *found])


def tappable(entities: Iterable[Entity]) -> list[Entity]:
    """Those of a shown text's entities that lead somewhere when tapped."""
    return [entity for entity in entities if entity.type in LINK_TYPES]


def _find(text: str) -> Iterator[Entity]:
    for kind, begin, end in sorted(_matches(text), key=lambda match: (match[1], -match[2])):
        yield Entity(kind, units(text[:begin]), units(text[begin:end]))


def _matches(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(text):
        yield "email", match.start(), match.end()
    for match in _TELEGRAM_URL.finditer(text):
        yield "url", match.start(), match.end()
    for match in _URL.finditer(text):
        if _is_address(match):
            yield "url", match.start(), _end(match)
    for kind, pattern in _SIMPLE:
        for match in pattern.finditer(text):
            yield kind, match.start(), match.end()


def _is_address(match: re.Match[str]) -> bool:
    host = match["host"]
    if _IPV4.fullmatch(host):
        return True
    ending = host.rpartition(".")[2].lower()
    if not ending.isalpha() and not ending.startswith("xn--"):
        return False
    if match["scheme"] or ending.startswith("xn--"):
        return True
    country = len(ending) == LETTERS_OF_COUNTRY and ending.isascii()
    return country or ending in DOMAINS


def _end(match: re.Match[str]) -> int:
    path = match["path"]
    if path is None:
        return match.end()
    return match.end() - (len(path) - max(len(path.rstrip(_TRAILING)), 1))
