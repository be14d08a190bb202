"""Which names announce a secret, and which only look like it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply.names import STEMS, Told, looks_secret, told

SECRET = """
    PASSWORD DB_PASSWORD dbPassword MYSQL_ROOT_PASSWORD PGPASSWORD mysqlpassword PASSWORD2
    DBPASS PGPASS MYSQLPASS SMTP_PASS userPass requirepass ROOTPW DB_PW adminPw MYSQL_PWD REDISPWD
    STRIPE_KEY STRIPEKEY stripeKey WG_PRIVKEY WG_PRIVATE_KEY APIKEY apiKey api.key X-Api-Key
    API_KEYS TS_AUTHKEY ssh_key AWS_SECRET_ACCESS_KEY SECRETKEY SECRET secretString JWT_SECRET
    jwt TOKEN ACCESS_TOKEN csrfToken tokens MAIL_CREDS SMTPCREDS CREDENTIALS masterauth REDIS_AUTH
    GITHUB_PAT GH_PAT MNEMONIC passphrase Authorization sessioncookie AUTH_BASIC PASS_ROOT
    PASSword
"""
HARMLESS = """
    MONKEY KEYBOARD_LAYOUT COMPASS BYPASS PASSENGER_COUNT TOKENIZERS_PARALLELISM tokenizer TURKEY
    PWD OLDPWD PATH PATTERN AUTHOR AUTHORITY XAUTHORITY KEY cache_key primaryKey FOREIGN_KEY
    PUBLIC_KEY sort-key SandboxKey hotkey encompass passive passport sacred keyspace
    POSTGRES_PASSWORD_FILE passwordfile TOKEN_TTL PASSWORD_LENGTH SSH_AUTH_SOCK SECRET_PATH
    password-stdin signal design compat spatial 42 _
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_what_holds_a_secret(name: str) -> None:
    assert told(name) is Told.SURE


@pytest.mark.parametrize("name", HARMLESS.split())
def test_what_holds_none_unless_it_looks_like_one(name: str) -> None:
    assert told(name) <= Told.DOUBT


@pytest.mark.parametrize("name", ["auth", "pass", "web-auth", "auth.example.com", "auth_default"])
def test_what_is_a_word_of_sentences_too(name: str) -> None:
    assert told(name) is Told.LIKELY


@pytest.mark.parametrize(
    "value",
    [
        "3f9a1c0d7e5b2a4c6d8e0f11",
        "wJalrXUtnFEMI/K7MDENG",
        '"550e8400-e29b-41d4',
        "dXNlcjpodW50ZXIy==",
    ],
)
def test_what_looks_like_a_secret(value: str) -> None:
    assert looks_secret(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "",
        "banana",
        "hunter2",
        "user:42",
        "12345678901234567890",
        "/var/run/docker/netns/1a2b3c4d5e6f",
        "./certificates/server1/key",
        "a sentence of 16 letters",
        "averylongwordwithoutfigures",
    ],
)
def test_what_does_not(value: str) -> None:
    assert not looks_secret(value.encode())


@pytest.mark.parametrize("name", SECRET.split())
def test_a_search_for_the_stems_finds_every_name(name: str) -> None:
    assert re.search(STEMS, name, re.IGNORECASE)


@given(st.text(st.sampled_from("abKEYkeypas_-.1"), max_size=300))
def test_any_name_can_be_asked_about(name: str) -> None:
    assert told(name) in Told
