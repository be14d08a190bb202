"""What secrets look like: the names that announce one, and the shapes that are one.

Every pattern runs on RE2 over bytes, each by itself: together, one that begins and never ends would
make each search for the others run to the end of the text. `shapes` first looks for any of the
words that could matter, so that most texts cost one search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

_KEYS = (
    "api|app|private|access|secret|encrypt|encryption|master|sign|signing|ssh|jwt|account|client"
    "|auth|session|storage|license|service|shared|deploy|webhook|unlock"
)
_PLAIN = frozenset(
    (
        "password",
        "passwords",
        "passwort",
        "passwd",
        "passphrase",
        "passcode",
        "pass",
        "pw",
        "secret",
        "secrets",
        "token",
        "tokens",
        "credential",
        "credentials",
        "creds",
        "auth",
        "authorization",
        "cookie",
        "apikey",
        "privatekey",
        "accesskey",
        "jwt",
    )
)
_WORDS = (
    "passwor[dt]s?|passwds?|passphrase|passcode|[a-z0-9]_?pwd|secrets?|tokens?|credentials?"
    rf"|(?:{_KEYS})[_.-]?keys?|x-[a-z-]*auth"
)
# In quotes (of a string within a string, too), or bare up to white space.
_VALUE = (
    r"""(?:\\+"([^"\n]*?)\\+"|"((?:[^"\\\n]|\\[^\n])*)|'((?:[^'\\\n]|\\[^\n])*)"""
    r"""|([^\s"'-][^\s"]*|-[^\s"]*[^\s"-][^\s"]*))"""
)
_IS = r"""["'\\]{0,6}[ \t]*(?:=>|:=|[:=])[ \t]*"""
_LOGINS = ("login", "sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mongosh")
_NOTHING = frozenset({b"null", b"none", b"nil", b"true", b"false", b"undefined"})


def compiled(pattern: str, *, ignore_case: bool = True) -> Any:  # noqa: ANN401 - re2 has no types
    """A pattern over the bytes of UTF-8, whatever they are."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.log_errors = False
    return re2.compile(pattern.encode("utf-8", "surrogatepass"), options)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern whose last group is the secret (all of it, without groups), unless spared."""

    pattern: Any
    spares: Callable[[Any, bytes], bool] = lambda _match, _secret: False


def _no_secret(match: Any, secret: bytes) -> bool:  # noqa: ANN401 - as above
    """A name such as `PASSWORD_FILE` tells where the secret is; "none" tells that there is none."""
    return match[1].lower().endswith(b"file") or secret.rstrip(b",;})]").lower() in _NOTHING


def _port(_match: Any, secret: bytes) -> bool:  # noqa: ANN401 - as above
    return re.match(rb"\d{1,5}/", secret) is not None


def _group_id(_match: Any, secret: bytes) -> bool:  # noqa: ANN401 - as above
    return secret.isdigit()


_SHAPES = (
    r"[0-9]{6,}:[A-Za-z0-9_-]{30,}",  # a bot's token
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",  # a JSON web token
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}",
    r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|\bSWMTKN-1-[a-z0-9-]{20,}|\bSWMKEY-1-[A-Za-z0-9+/]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}|\bnpm_[A-Za-z0-9]{30,}",
    r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}",
)
_RULES = (
    _Rule(compiled(rf"(?:{_WORDS})([a-z0-9_.\[\]-]*){_IS}{_VALUE}"), _no_secret),
    _Rule(
        compiled(rf"(?:^|[^a-z0-9])(?:pass|pw|auth)()(?:[ \t]*=|[\"']:)[ \t]*{_VALUE}"), _no_secret
    ),
    _Rule(
        compiled(
            rf"""(?:^|[\s"'\[,])--?[a-z0-9-]*(?:{_WORDS}|pass|auth)([a-z0-9-]*)"""
            rf"""(?:[ \t]+|["'],[ \t]*){_VALUE}"""
        ),
        _no_secret,
    ),
    _Rule(compiled(rf"\b(?:{'|'.join(_LOGINS)})\b[^\n]*?[ \t]-p[ \t=]*(\S+)")),
    _Rule(compiled(r"""[ \t](?:-u|--user)[ \t=]+["']?[^\s:"']+:([^\s"']+)"""), _group_id),
    _Rule(
        compiled(
            r"""authorization["'\\]{0,6}[ \t]*[:=][ \t]*["'\\]*"""
            r"""((?:digest|aws4[a-z0-9-]*)[ \t][^\n"\\]*|(?:[a-z]+[ \t]+)?[^\s"'\\]+)"""
        )
    ),
    _Rule(compiled(r"""cookie2?["'\\]{0,6}[ \t]*:[ \t]*["'\\]*([^\s"\\][^\n"\\]*)""")),
    _Rule(compiled(r"\bbearer[ \t]+([a-z0-9._~+/=-]{6,})")),
    _Rule(compiled(r"""://[^\s:/@"'<>]*:([^\s"'<>]+)@"""), _port),
    _Rule(compiled("|".join(_SHAPES), ignore_case=False)),
)
_HINT = compiled(
    r"pass|pwd|pw[\s=\"']|secret|token|credential|key|auth|cookie|bearer|://|[0-9]{6}:|eyj"
    r"|a(?:kia|sia|bia|cca)|gh[opsur]_|github_|glpat|dckr_|swm|xox|[rs]k_|sk-|aiza|npm_"
    rf"|-u|{'|'.join(_LOGINS)}"
)
_BEGIN = compiled(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_END = compiled(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_BODY = compiled(r"((?:[A-Za-z0-9+/=]{4,}(?:\s|\\[nr])*)+)-----END [A-Z0-9 ]*PRIVATE KEY")


def shapes(data: bytes) -> Iterator[tuple[int, int]]:
    """Where something is that its name or its shape gives away; in bytes, perhaps overlapping."""
    if _HINT.search(data) is None:
        return
    for rule in _RULES:
        for match in rule.pattern.finditer(data):
            group = match.lastindex or 0
            if not rule.spares(match, match[group]):
                yield match.span(group)


def blocks(data: bytes) -> Iterator[tuple[int, int]]:
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


def announces(name: str) -> bool:
    """Whether what stands under this name is a secret: `DB_PASSWORD`, `apiKey`, `auth`."""
    words = [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    if not words or words[-1] == "file":
        return False
    joined = "_".join(words)
    if _PLAIN.intersection(words) or (words[-1] == "pwd" and len(words) > 1):
        return True
    return re.search(rf"(?:^|_)(?:{_KEYS})_?keys?(?:_|$)", joined) is not None


def takes_password(option: str, argv: Sequence[str]) -> bool:
    """Whether the word after this one, of a command line, is a password."""
    if option == "-p":
        return any(word in _LOGINS for word in argv)
    return option.startswith("-") and "=" not in option and announces(option)
