"""A private key in the logs of a stack: its lines stand behind names, so they are left out."""

from __future__ import annotations

from bot.hosts.types import LogLine
from bot.message import Untrusted
from handlers.stack.merged import Keys, keyless

BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


def kept(*texts: str) -> list[str]:
    return [line.text.raw for line in keyless(LogLine(1, Untrusted(text)) for text in texts)]


def test_what_is_between_the_marks_goes() -> None:
    assert kept("a", BEGIN, "MIIE", "AAAA", END, "b") == ["a", BEGIN, END, "b"]
    assert kept("a", BEGIN, "MIIE", "AAAA") == ["a", BEGIN]
    assert kept("MIIE", "AAAA", END, "b") == [END, "b"]
    assert kept("a", f"{BEGIN}MIIE{END}", "b") == ["a", f"{BEGIN}MIIE{END}", "b"]
    assert kept("a", "-----BEGIN CERTIFICATE-----", "b") == [
        *("a", "-----BEGIN CERTIFICATE-----", "b")
    ]


def test_what_never_ends_is_no_key() -> None:
    keys = Keys()
    assert keys.shows(BEGIN)
    assert [keys.shows("line") for _ in range(250)].count(True) == 50
