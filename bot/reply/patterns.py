"""What secrets look like: the names and options that announce one, and the shapes that are one.

Each search goes through the text once. A pattern fails within a few characters, or at the end of a
run within which nothing that it looks for begins; else it has found something, and the search goes
on behind it. One that breaks this makes a hostile text cost its length times its length.
`shapes` first looks for any of the words that could matter: most texts cost one search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.reply.named import named
from bot.reply.names import STEMS, looks_secret
from bot.reply.programs import NAMES, typed
from bot.reply.values import Region, compiled, unmasked


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern whose group is the secret (all of it, where it has none), unless spared."""

    pattern: Any
    spares: Callable[[bytes], bool] = lambda _secret: False

    def __call__(self, data: bytes) -> Iterator[Region]:
        group = self.pattern.groups
        for match in self.pattern.finditer(data):
            start, end = match.span(group)
            if not self.spares(data[start:end]):
                yield start, end


def _group_id(secret: bytes) -> bool:
    return secret.isdigit()


def _port(secret: bytes) -> bool:
    return re.match(rb"\d{1,5}/", secret) is not None


def _plain(secret: bytes) -> bool:
    return not looks_secret(secret)


# None needs anything behind a run without an end, so that they can be searched for together.
_SHAPES = (
    r"[0-9]{6,20}:[A-Za-z0-9_-]{30,}",  # a bot's token
    r"\beyJ[A-Za-z0-9_-]{14,}(?:\.[A-Za-z0-9_-]*)*",  # a JSON web token, or other JSON in base64
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bgl(?:pat|ptt|dt|rt|rtr|cbt|oas|soat|ft|imt|agent|ffct)-[A-Za-z0-9_.-]{16,}",
    r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|\bSWMTKN-1-[a-z0-9-]{20,}|\bSWMKEY-1-[A-Za-z0-9+/]{20,}",
    r"\bxox[abceoprs]-[A-Za-z0-9.-]{10,}|\bxapp-[A-Za-z0-9-]{10,}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}",
    r"\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}|\bGOCSPX-[A-Za-z0-9_-]{20,}|\bya29\.[\w-]{20,}",
    r"\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{40,}|\bhf_[A-Za-z0-9]{30,}|\bdo[opr]_v1_[a-f0-9]{40,}",
    r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}|\btskey-[a-z]{2,12}-[A-Za-z0-9-]{16,}|\bglsa_[A-Za-z0-9_]{30,}",
    r"\bSG\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)?|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}",
)
_URL = r"""[^\s"'<>]"""  # as far as a URL goes
_NEW, _UP_TO_SLASH = unmasked(r"\s\"'"), unmasked(r"\s\"'<>/")
_RULES = (
    named,
    typed,
    _Rule(
        compiled(
            r"""(?:^|[\s"'])(?:-u|--(?:proxy-)?user)(?:\\*["'],[ \t]*|[ \t\f=]*)\\*["']?"""
            rf"""[^\s:"'()]+:({_NEW}[^\s"']*)"""
        ),
        _group_id,
    ),
    _Rule(
        compiled(
            r"""authorization["'\\]{0,6}[ \t]*[:=][ \t]*["'\\]*"""
            r"""((?:digest|aws4[a-z0-9-]*)[ \t][^\n"\\]*|(?:[a-z]+[ \t]+)?[^\s"'\\]+)"""
        )
    ),
    _Rule(compiled(r"""cookie2?["'\\]{0,6}[ \t]*:[ \t]*["'\\]*([^\s"\\][^\n"\\]*)""")),
    _Rule(compiled(r"\bbearer[ \t]+([a-z0-9._~+/=-]{6,})")),
    _Rule(compiled(rf"""://[^\s:/@"'<>]*:({_NEW}{_URL}*)@"""), _port),
    _Rule(compiled(r"""://([^\s:/@"'<>]+)@"""), _plain),
    _Rule(compiled(r"""[^\s:"'/]:([^\s"']+)@(?:tcp|udp|unix)[46]?\(""")),  # MySQL's, of Go
    _Rule(
        compiled(
            r"\b(?:hooks\.slack[a-z.-]*/[a-z]+/|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/)"
            rf"({_NEW}{_URL}*)"
        )
    ),
    _Rule(compiled(rf"telegram\.org/(?:file/)?bot({_UP_TO_SLASH}[^/\s\"'<>]*)")),
    _Rule(compiled(rf"/(?:webhooks?|webhookb2|hooks)/({_URL}+)"), _plain),
    _Rule(compiled(r"\b(?:identified[^\n']{0,40}\bby|password)[ \t]+'([^'\n]+)")),  # SQL
    _Rule(  # .netrc, redis.conf
        compiled(
            r"(?:(?m:^)[ \t]*|\blogin[ \t]+\S+[ \t]+)"
            r"(?:password|passwd|requirepass|masterauth)[ \t]+(\S+)[ \t\r]*(?m:$)"
        )
    ),
    _Rule(compiled("|".join(_SHAPES), ignore_case=False)),
)
_HINT = compiled(
    rf"{STEMS}|bearer|://|[0-9]{{6}}:|eyj|a(?:kia|sia|bia|cca)|gh[opsur]_|github_|gl[a-z]+-|dckr_"
    r"|swm|xox|xapp|[rs]k_|whsec|sk-|aiza|gocspx|ya29|npm_|pypi-|hf_|do[opr]_v1|hv[sbr]\.|glsa_"
    rf"|sg\.|-u|@(?:tcp|udp|unix)|hooks?/|webhook|hooks\.slack|telegram\.org|identified|{NAMES}"
)
_BEGIN = compiled(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_END = compiled(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_BODY = compiled(r"((?:[A-Za-z0-9+/=]{4,}(?:\s|\\[nr])*)+)-----END [A-Z0-9 ]*PRIVATE KEY")


def shapes(data: bytes) -> Iterator[Region]:
    """Where something is that its name or its shape gives away; in bytes, perhaps overlapping."""
    if _HINT.search(data) is not None:
        for rule in _RULES:
            yield from rule(data)


def blocks(data: bytes) -> Iterator[Region]:
    """Where private keys are; one whose end is missing goes on to the end, or from the start."""
    if b"PRIVATE KEY" not in data:
        return
    begin, end = _BEGIN.search(data), _END.search(data)
    if end and (begin is None or end.start() < begin.start()):
        body = _BODY.search(data)
        if body:
            yield body.span(1)
    while begin:
        end = _END.search(data, begin.end())
        yield begin.end(), end.start() if end else len(data)
        begin = _BEGIN.search(data, end.end()) if end else None
