"""Whatever a secret is, and wherever it was put, nothing that is told depends on it or shows it."""

from __future__ import annotations

import json
import tempfile
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, Settings, load
from tests.config.conftest import ENOUGH, TOKEN, write

# A mark that no sentence holds, in any text around it: if the value leaks, the mark does.
MARK = "Zq9XvKw7"
values = st.builds(lambda a, b: f"{a}{MARK}{b}", st.text(max_size=20), st.text(max_size=20))
tokens = st.builds(
    lambda number, rest: f"{number}:{MARK}{rest}",
    st.integers(0, 10**12),
    st.text("abcXYZ019_-", max_size=30),
)
secrets = st.one_of(values, tokens)


def outcome(text: str, environ: dict[str, str] | None = None) -> Settings | ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return load(write(Path(folder), text), environ or {})
        except ConfigError as error:
            return error


def assert_hidden(found: Settings | ConfigError) -> None:
    shown = [str(found), repr(found), f"{found!r:>9}"]
    if isinstance(found, ConfigError):
        shown += traceback.format_exception(found)
        shown += [repr(p) for p in found.problems]
    else:
        shown += [repr(found.telegram), repr(found.storage), repr(found.warnings)]
    assert not [text for text in shown if MARK.lower() in text.lower()]


def quoted(value: str) -> str:
    """As a TOML string; JSON's escapes are TOML's, surrogates and DEL aside."""
    return json.dumps(value).replace("\x7f", "\\u007f")


plain = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
writable = st.one_of(tokens, st.builds(lambda a, b: f"{a}{MARK}{b}", plain, plain))


@pytest.mark.parametrize(
    "text",
    [
        "[telegram]\ntoken = {}",
        "[telegram]\ntoken_file = {}",
        "[telegram]\ntoken = {}\ntoken_file = {}",
        "[telegram]\ntoken = [{}]",
        "[telegram]\nmax_age = {}",
        "[telegram]\nbase_url = {}",
        "telegram = {}",
        "tokne = {}",
        "[access]\nowners = [{}]",
        "[access.people.42]\nrole = {}",
        "[hosts.local]\nurl = {}",
        "[log]\nlevel = {}",
        "[locale]\ntimezone = {}",
    ],
)
@given(value=writable)
def test_no_value_of_the_file_is_told(text: str, value: str) -> None:
    assert_hidden(outcome(text.replace("{}", quoted(value))))


@given(value=secrets)
def test_a_file_that_is_no_toml_is_not_quoted(value: str) -> None:
    assert_hidden(outcome(f"[telegram]\ntoken = {value}".encode("utf-8", "ignore").decode()))
    assert_hidden(outcome(f"token {MARK}\n"))
    assert_hidden(outcome(f'x = {{"{MARK}" = 1, "{MARK}" = 2}}\n'))


@pytest.mark.parametrize(
    "name",
    [
        "TELEGRAM__TOKEN",
        "TELEGRAM__TOKEN_FILE",
        "TELEGRAM__TOKNE",
        "TELEGRAM",
        "TELEGRAM_TOKEN",
        "ACCESS__OWNERS",
        "STORAGE__URL",
        "LOG__LEVEL",
    ],
)
@given(value=secrets)
def test_no_value_of_the_environment_is_told(name: str, value: str) -> None:
    assert_hidden(outcome("", {f"PIERHEAD_{name}": value}))
    assert_hidden(outcome("", ENOUGH | {f"PIERHEAD_{name}": value}))


@given(value=secrets)
def test_nothing_of_a_token_file_is_told(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "", "token")
        path.write_bytes(value.encode("utf-8", "surrogatepass"))
        assert_hidden(outcome("", {"PIERHEAD_TELEGRAM__TOKEN_FILE": str(path)}))


@given(one=values, other=values)
def test_what_is_told_of_a_bad_token_does_not_depend_on_it(one: str, other: str) -> None:
    first = outcome("", {"PIERHEAD_TELEGRAM__TOKEN": one})
    second = outcome("", {"PIERHEAD_TELEGRAM__TOKEN": other})
    assert isinstance(first, ConfigError)
    assert isinstance(second, ConfigError)
    assert [p.message for p in first.problems] == [p.message for p in second.problems]


@given(token=tokens)
def test_the_redactor_gets_the_token(token: str) -> None:
    settings = load(None, {"PIERHEAD_TELEGRAM__TOKEN": token})
    assert settings.telegram.token_value() == token
    assert token in settings.secrets()


def test_the_redactor_gets_half_a_token_only_where_it_is_no_word() -> None:
    assert load(None, ENOUGH).secrets() == (TOKEN, TOKEN.partition(":")[2])
    assert load(None, {"PIERHEAD_TELEGRAM__TOKEN": "123:ABC"}).secrets() == ("123:ABC",)


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        ("sqlite:///p.db", ()),
        ("postgresql+psycopg://u@db/p", ()),
        ("postgresql+psycopg://u:s3cret@db/p", ("s3cret",)),
        ("postgresql+psycopg://u:s%23/?x@db/p", ("s%23/?x", "s#/?x")),
        ("postgresql+psycopg://db/p?user=u&password=s%2Bt", ("s%2Bt", "s+t")),
    ],
)
def test_the_redactor_gets_the_password_of_the_database(
    url: str, passwords: tuple[str, ...]
) -> None:
    environ = {"PIERHEAD_STORAGE__URL": url, "PIERHEAD_STORAGE__KEY_FILE": "/k"}
    settings = load(None, ENOUGH | environ)
    assert settings.secrets()[2:] == passwords
    assert settings.storage.url == url
    assert url not in repr(settings)
