"""Where things are: the Bot API server, an Engine's socket, the database, and its password.

An address may hold a password, so no check names the address that it refuses.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.config.problem import Refused
from bot.message import msg

_SERVER = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+/?", re.ASCII)
_CHANNEL = re.compile(r"[a-z][a-z0-9+.-]{1,31}://[^\x00-\x20\x7f]+")
_DATABASE = re.compile(r"[a-z][a-z0-9_+]*://[^\x00-\x20\x7f]*")
# The same reading as SQLAlchemy's: a password may hold "/", "?" and "#", which urlsplit cuts at.
_PASSWORD = re.compile(r"[\w+]+://[^:/]*:([^@]*)@")
_QUERIED = re.compile(r"[?&]password=([^&]+)")
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///([^?]+)")


def server(value: str) -> str:
    """The root of a Bot API server. Its requests carry the token: https, or this very machine."""
    form = msg("It must be https:// and a host, with no name, path or query in it.")
    if not _SERVER.fullmatch(value):
        raise Refused(form)
    try:
        url = urlsplit(value)
        found = bool(url.hostname) and url.port != 0
    except ValueError:
        found = False
    if not found:
        raise Refused(form)
    if url.scheme == "http" and not _loopback(url.hostname or ""):
        raise Refused(msg("It must be https://: http would show the token to the network."))
    return value.rstrip("/")


def web(value: str) -> str:
    """An address that is called. It may hold secrets, and be in any network: the owner names it."""
    try:
        url = urlsplit(value)
        good = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        good = False
    if not good or not value.isascii() or not value.isprintable() or " " in value:
        raise Refused(msg("It must be https:// and a host, and what stands behind it."))
    return value


def channel(value: str) -> str:
    """An address of another channel, as Apprise has them. It holds secrets."""
    if not _CHANNEL.fullmatch(value):
        raise Refused(msg("It must be an address of Apprise: ntfy://, mailto:// and so on."))
    return value


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def engine(value: str) -> str:
    """The socket of an Engine."""
    scheme, separator, path = value.partition("://")
    if separator and scheme != "unix":
        raise Refused(msg("Only unix:// is understood: unix:///var/run/docker.sock, say."))
    if not separator or not path.startswith("/") or not path.isprintable():
        raise Refused(msg("It must be unix:// and the full path of the socket."))
    return value


def database(value: str) -> str:
    """The URL of a database, in SQLAlchemy's form."""
    if not _DATABASE.fullmatch(value):
        raise Refused(msg("It must be a database URL such as sqlite:///pierhead.db."))
    return value


def passwords(url: str) -> tuple[str, ...]:
    """What is secret in the URL of a database: as it is spelled, and as it is meant."""
    found = [*_PASSWORD.findall(url), *_QUERIED.findall(url)]
    return tuple(dict.fromkeys(word for raw in found for word in (raw, unquote(raw)) if word))


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None where it is another database, or in memory."""
    found = _SQLITE.fullmatch(url.partition("?")[0])
    if found is None or found[1] == ":memory:" or found[1].startswith("file:"):
        return None
    return Path(found[1])
