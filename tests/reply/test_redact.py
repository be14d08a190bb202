"""Secrets do not pass, in whatever spelling."""

from __future__ import annotations

import base64
import json
import logging
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply.redact import MASK, RedactingFilter, Redactor

TOKEN = "8123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SHORT = "123:ABC"
ODD = 'p&ss "wörd"/\\2'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC\nAQEA75Wn\n-----END RSA PRIVATE KEY-----"

_BIG = 1 << 20
redactor = Redactor([TOKEN, SHORT, ODD])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=hunter2 user=bob", f"password={MASK} user=bob"),
        ("DB_PASSWORD: 'a b c' x", f"DB_PASSWORD: '{MASK}' x"),
        ('{"apiKey": "se\\"cret", "n": 1}', f'{{"apiKey": "{MASK}", "n": 1}}'),
        (r'{"log":"{\"token\":\"x\",\"u\":1}"}', rf'{{"log":"{{\"token\":\"{MASK}\",\"u\":1}}"}}'),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7", f"aws_secret_access_key = {MASK}"),
        ("MYSQL_PWD=abc", f"MYSQL_PWD={MASK}"),
        ('"auth": "dXNlcjpwdw=="', f'"auth": "{MASK}"'),
        ("run --password foo web", f"run --password {MASK} web"),
        ("run --password=foo web", f"run --password={MASK} web"),
        ('["--token","foo","web"]', f'["--token","{MASK}","web"]'),
        ("docker login -u bob -p s3cret reg", f"docker login -u bob -p {MASK} reg"),
        ("mysql -uroot -pfoo db", f"mysql -uroot -p{MASK} db"),
        ("curl -u bob:pw https://x", f"curl -u bob:{MASK} https://x"),
        ("Authorization: Basic dXNlcjpwdw== next", f"Authorization: {MASK} next"),
        ("Set-Cookie: sid=abc; Path=/", f"Set-Cookie: {MASK}"),
        ("got Bearer abcdef.ghi", f"got Bearer {MASK}"),
        ("redis://:pw@host/0", f"redis://:{MASK}@host/0"),
        ("postgres://u:p/w@x@h:5432/db", f"postgres://u:{MASK}@h:5432/db"),
        (f"jwt {JWT} end", f"jwt {MASK} end"),
        ("id AKIAIOSFODNN7EXAMPLE", f"id {MASK}"),
        ("987654:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", MASK),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", MASK),
        (f"a\n{KEY}\nb", f"a\n{KEY[:31]}{MASK}{KEY[-29:]}\nb"),
        ("x\n-----BEGIN PRIVATE KEY-----\nMIIE\nno end", f"x\n-----BEGIN PRIVATE KEY-----{MASK}"),
        ("MIIEabcd\nefgh\n-----END PRIVATE KEY-----", f"{MASK}-----END PRIVATE KEY-----"),
        ("пароль password=пароль дальше", f"пароль password={MASK} дальше"),
        ("password=\udcff\udcfe x", f"password={MASK} x"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, masked: str) -> None:
    assert redactor.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "POSTGRES_PASSWORD_FILE=/run/secrets/db",
        "token: none",
        "password=",
        "author: Bob",
        "PWD=/app",
        "cache_key=12",
        "docker run -p 8080:80 -u 1000:1000 web",
        "http://registry:5000/a@sha256:0f",
        "auth: failed",
        "12:34:56 compass=3",
        "risk-assessment-of-the-whole-thing",
        "bearer of news",
        "COMPASS=north MONKEY=banana BYPASS=1 PASSENGER_COUNT=3 TOKENIZERS_PARALLELISM=4",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert redactor.text(text) == text


@pytest.mark.parametrize("secret", [TOKEN, SHORT, ODD])
def test_a_known_secret_is_masked_in_every_spelling(secret: str) -> None:
    for spelling in (
        secret,
        quote(secret, safe=""),
        quote(secret, safe="").lower() if secret == ODD else secret,
        json.dumps(secret),
        json.dumps({"a": secret}, ensure_ascii=False),
        f"https://api.telegram.org/bot{secret}/getMe",
        secret.replace("&", "&amp;"),
    ):
        shown = redactor.text(f"x{spelling}y")
        assert MASK in shown
        assert secret not in shown
        assert secret[3:] not in shown


@pytest.mark.parametrize("before", ["", "x", "xy", "user:"])
@pytest.mark.parametrize("behind", ["", "z", "zz"])
def test_a_known_secret_is_masked_within_base64(before: str, behind: str) -> None:
    coded = base64.b64encode(f"{before}{TOKEN}{behind}".encode()).decode()
    shown = redactor.text(coded)
    assert MASK in shown
    assert len(shown) < len(coded) / 2


def test_values_are_masked_by_their_keys_however_deep() -> None:
    value = {
        "Env": ["PATH=/bin", "DB_PASSWORD=correct horse battery", "X_TOKEN="],
        "auth": {"user": "a", "parts": [1, None, True, ""]},
        "Cmd": ["login", "-p", "hunter2"],
        "Ports": ["-p", "8080:80"],
        "Args": ("--token", "t", "web"),
        "apiKey": "k",
        "Labels": {"note": "uses " + TOKEN, "password_file": "/run/x"},
        "n": 1.5,
    }
    assert redactor.json(value) == {
        "Env": ["PATH=/bin", f"DB_PASSWORD={MASK}", "X_TOKEN="],
        "auth": {"user": MASK, "parts": [MASK, None, True, ""]},
        "Cmd": ["login", "-p", MASK],
        "Ports": ["-p", "8080:80"],
        "Args": ("--token", MASK, "web"),
        "apiKey": MASK,
        "Labels": {"note": f"uses {MASK}", "password_file": "/run/x"},
        "n": 1.5,
    }


def test_what_is_too_deep_to_look_at_is_masked() -> None:
    deep: object = "secret"
    for _ in range(500):
        deep = [deep]
    assert "secret" not in repr(redactor.json(deep))


WORDS = ["password", "token", "login", "Authorization", "Bearer ", "auth", "cookie:", "abcdef", "ü"]
SIGNS = ["=", ":", " ", '"', "'", "\\", "\n", "--", "-p ", "-u a:", "://", "@", "{", "}", ",", MASK]
SECRETS = [TOKEN, SHORT, JWT, KEY, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"]
PIECES = st.sampled_from([*WORDS, *SIGNS, *SECRETS])
HOSTILE = ["a", "1", "token", "://a:", "login ", "abcd ", "authorization: ", 'secret="']
HOSTILE += ["password=\\", "-----BEGIN PRIVATE KEY-----", "-----BEGIN eyJaaaaaaaaa.aaaaaaaaa "]
HOSTILE += ["-eyJ-ghp_" + "a" * 20, "login -p ", "key=", "mysql ", "--token ", 'token=\\"']


@given(st.lists(PIECES, max_size=14).map("".join))
def test_masking_again_changes_nothing(text: str) -> None:
    once = redactor.text(text)
    assert redactor.text(once) == once
    assert TOKEN not in once


@given(st.text())
def test_regions_are_ordered_apart_and_inside(text: str) -> None:
    at = -1
    for start, end in redactor.regions(text):
        assert at < start < end <= len(text)
        at = end


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_is_read_as_often_as_a_kind_one(piece: str) -> None:
    """Matching is RE2's, whose time is linear; that it comes back at all is what is shown here."""
    big = piece * (_BIG // len(piece))
    assert TOKEN not in redactor.text(big + " " + TOKEN)


class TestRecords:
    """What the logs keep."""

    def logged(self, record: logging.LogRecord) -> str:
        assert RedactingFilter(redactor).filter(record)
        return logging.Formatter("%(message)s").format(record)

    def record(self, message: object, *args: object) -> logging.LogRecord:
        return logging.LogRecord("x", logging.INFO, __file__, 1, message, args, None)

    def test_message_and_arguments(self) -> None:
        shown = self.logged(self.record("POST %s/%d", f"https://t/bot{TOKEN}", 3))
        assert shown == f"POST https://t/bot{MASK}/3"

    def test_a_secret_in_two_arguments(self) -> None:
        assert self.logged(self.record("%s:%s", "123", "ABC")) == MASK

    def test_traceback_and_stack(self) -> None:
        record = self.record("failed")
        try:
            int(TOKEN)
        except ValueError:
            record.exc_info = sys.exc_info()
        record.stack_info = f"Stack: {TOKEN}"
        shown = self.logged(record)
        assert TOKEN not in shown
        assert "ValueError" in shown
        assert shown.count(MASK) == 2

    def test_wrong_arguments_lose_nothing(self) -> None:
        assert self.logged(self.record("%d of %d", TOKEN)).startswith("%d of %d")
        assert TOKEN not in self.logged(self.record("%d", TOKEN))
