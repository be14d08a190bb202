"""How programs write a secret that is known: as it is, in URLs, in JSON, and within base64."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

_SHORTEST_ENCODED = 8


def spellings(secret: str) -> Iterator[str]:
    """Every text that gives the secret away; some come twice."""
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
