"""What a good file and a good environment come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import ConfigError, find, load
from tests.config.conftest import ENOUGH, TOKEN, write


def test_the_environment_alone_is_enough() -> None:
    settings = load(None, ENOUGH)
    assert settings.telegram.token_value() == TOKEN
    assert settings.telegram.base_url == "https://api.telegram.org"
    assert settings.telegram.max_age == 60
    assert {name: host.url for name, host in settings.hosts.items()} == {
        "local": "unix:///var/run/docker.sock"
    }
    assert settings.access.owners == ()
    assert settings.warnings == ()


def test_every_kind_of_value_comes_from_the_environment() -> None:
    settings = load(
        None,
        ENOUGH
        | {
            "PIERHEAD_TELEGRAM__MAX_AGE": "5m",
            "PIERHEAD_ACCESS__OWNERS": "1, 2",
            "PIERHEAD_ACCESS__PEOPLE__42__ROLE": "operator",
            "PIERHEAD_ACCESS__PEOPLE__42__HOSTS": "nas",
            "PIERHEAD_ACCESS__CHATS__-1001__HOSTS": "nas",
            "PIERHEAD_ACCESS__CHATS___1002__LANGUAGE": "ru",
            "PIERHEAD_ACCESS__ROLES__ONCALL__ALLOW": "container.restart",
            "PIERHEAD_HOSTS__NAS__URL": "unix:///run/nas.sock",
            "PIERHEAD_HOSTS__NAS__READ_ONLY": "True",
            "PIERHEAD_FEATURES__EXEC": "false",
            "PIERHEAD_LOG__LEVEL": "debug",
            "PIERHEAD_LIMITS__RATE": "5",
            "PIERHEAD_LOCALE__TIMEZONE": "Europe/Berlin",
            "HOME": "/",
        },
    )
    assert settings.telegram.max_age == 300
    assert settings.access.owners == (1, 2)
    assert settings.access.people[42].role == "operator"
    assert settings.access.people[42].hosts == ("nas",)
    assert settings.access.chats[-1001].hosts == ("nas",)
    assert settings.access.chats[-1002].language == "ru"
    assert settings.access.globs["oncall"] == ("container.restart",)
    assert list(settings.hosts) == ["nas"]
    assert settings.hosts["nas"].read_only is True
    assert settings.features.exec is False
    assert settings.log.level == "debug"
    assert type(settings.log.level) is str
    assert settings.limits.rate == 5
    assert settings.locale.timezone == "Europe/Berlin"


def test_the_environment_wins_key_by_key(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[hosts.local]\nurl = "unix:///a.sock"\nread_only = true\n[limits]\nrate = 7\n',
    )
    settings = load(path, ENOUGH | {"PIERHEAD_HOSTS__LOCAL__URL": "unix:///b.sock"})
    assert settings.hosts["local"].url == "unix:///b.sock"
    assert settings.hosts["local"].read_only is True
    assert settings.limits.rate == 7


@pytest.mark.parametrize(
    "file", [f'token = "{TOKEN[::-1]}"', 'token_file = "/nowhere"', 'token = ""\ntoken_file = ""']
)
def test_a_token_in_the_environment_beats_either_spelling_in_the_file(
    tmp_path: Path, file: str
) -> None:
    path = write(tmp_path, f'[telegram]\n{file}\nmax_age = "2m"\n')
    settings = load(path, ENOUGH)
    assert settings.telegram.token_value() == TOKEN
    assert settings.telegram.max_age == 120


def test_a_token_file_is_read_and_stripped(tmp_path: Path) -> None:
    secret = write(tmp_path, f"\n {TOKEN}\r\n", "token")
    path = write(tmp_path, f'[telegram]\ntoken = "{TOKEN[::-1]}"\n')
    settings = load(path, {"PIERHEAD_TELEGRAM__TOKEN_FILE": str(secret)})
    assert settings.telegram.token_value() == TOKEN
    assert str(secret) not in repr(settings)
    assert settings.warnings == ()


def test_a_token_that_everybody_can_read_is_a_warning_with_its_place(tmp_path: Path) -> None:
    secret = write(tmp_path, TOKEN, "token")
    secret.chmod(0o644)
    settings = load(None, {"PIERHEAD_TELEGRAM__TOKEN_FILE": str(secret)})
    assert [(w.key, w.place) for w in settings.warnings] == [
        ("telegram.token_file", "PIERHEAD_TELEGRAM__TOKEN_FILE")
    ]
    path = write(tmp_path, f'[telegram]\n\ntoken = "{TOKEN}"\n')
    path.chmod(0o604)
    assert [(w.key, w.place) for w in load(path, {}).warnings] == [("telegram.token", f"{path}:3")]
    assert load(path, ENOUGH).warnings == ()


def test_settings_cannot_be_changed() -> None:
    settings = load(None, ENOUGH)
    with pytest.raises(ValidationError):
        settings.limits.rate = 1
    with pytest.raises(TypeError):
        settings.hosts["nas"] = settings.hosts["local"]  # type: ignore[index] # the same
    with pytest.raises(TypeError):
        settings.access.people[1] = None  # type: ignore[index] # the same


@pytest.mark.parametrize(
    ("url", "key_file", "file", "key"),
    [
        ("sqlite:///pierhead.db", None, Path("pierhead.db"), Path("pierhead.key")),
        ("sqlite:////var/lib/p.db?timeout=3", None, Path("/var/lib/p.db"), "/var/lib/pierhead.key"),
        ("sqlite+pysqlite:///d/p.db", "/k", Path("d/p.db"), "/k"),
        ("sqlite://", "/k", None, "/k"),
        ("sqlite:///:memory:", "/k", None, "/k"),
        ("sqlite:///file:p.db?uri=true", "/k", None, "/k"),
        ("postgresql+psycopg://u:p@db/p", "/k", None, "/k"),
    ],
)
def test_the_key_is_beside_the_database_unless_said_otherwise(
    url: str, key_file: str | None, file: Path | None, key: str | Path
) -> None:
    given = {} if key_file is None else {"PIERHEAD_STORAGE__KEY_FILE": key_file}
    storage = load(None, ENOUGH | given | {"PIERHEAD_STORAGE__URL": url}).storage
    assert storage.file == file
    assert storage.key_path == Path(key)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bots.example.org/", "https://bots.example.org"),
        ("https://bots.example.org:8443", "https://bots.example.org:8443"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("http://localhost:8081/", "http://localhost:8081"),
        ("http://[::1]:8081", "http://[::1]:8081"),
    ],
)
def test_a_bot_api_server_may_be_https_or_on_this_machine(url: str, kept: str) -> None:
    settings = load(None, ENOUGH | {"PIERHEAD_TELEGRAM__BASE_URL": url})
    assert settings.telegram.base_url == kept


def test_the_first_file_that_is_there_is_found(tmp_path: Path) -> None:
    here, system = tmp_path / "config.toml", tmp_path / "etc" / "config.toml"
    assert find([here, system]) is None
    system.parent.mkdir()
    write(system.parent, "")
    assert find([here, system]) == system
    write(tmp_path, "")
    assert find([here, system]) == here
    assert find([here / "below-a-file", system]) == system


def test_a_file_that_may_not_be_looked_at_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refuse)
    locked = tmp_path / "config.toml"
    assert find([locked, tmp_path / "other"]) is locked


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = write(tmp_path, f'\ufeff[telegram]\r\ntoken = "{TOKEN}"\r\n[log]\r\nlevel = "no"\r\n')
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert [(p.key, p.place) for p in caught.value.problems] == [("log.level", f"{path}:4")]
