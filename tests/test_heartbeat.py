"""Signs of life: what is written by the bot is judged by `pierhead health`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.heartbeat import (
    POLLED,
    SAMPLED,
    SCHEDULED,
    STORED,
    WATCHED,
    Heartbeat,
    file_of,
    judge,
    url_of,
)
from bot.i18n import ENGLISH
from bot.reply.words import Words

NOW = 1_700_000_000.0
WORDS = Words("en", "UTC", ENGLISH, lambda: NOW)
DEAD = ("Pierhead is not running here, or has not polled yet.",)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pierhead.db.alive"


def judged(file: Path, now: float = NOW) -> tuple[str, ...]:
    return tuple(map(WORDS.plain, judge(file, now)))


def written(file: Path, **times: object) -> Path:
    file.write_text(json.dumps(times))
    return file


def test_what_is_alive_is_well(file: Path) -> None:
    heartbeat = Heartbeat(file)
    heartbeat.beat(POLLED, NOW - 60)
    heartbeat.beat(STORED, NOW - 70)
    heartbeat.beat(STORED, NOW - 5)
    heartbeat.write()
    heartbeat.write()
    assert judged(file) == ()
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("what", "age", "problem"),
    [
        (SCHEDULED, 120, ()),
        (SCHEDULED, 121, ("Schedules were not looked at for 2 min 1 s.",)),
        (WATCHED, 300, ("Alerts were not looked at for 5 min.",)),
        (f"{SAMPLED}:nas", 300, ("What containers use was not read for 5 min.",)),
        ("unknown", 300, ()),
    ],
)
def test_what_has_lived_once_is_expected_to_live(
    what: str, age: int, problem: tuple[str, ...], file: Path
) -> None:
    heartbeat = Heartbeat(file)
    for sign in (POLLED, STORED):
        heartbeat.beat(sign, NOW)
    heartbeat.beat(what, NOW - age)
    heartbeat.write()
    assert judged(file) == problem
    assert heartbeat.well(NOW) == (not problem)


def test_what_is_read_seldom_is_expected_seldom(file: Path) -> None:
    heartbeat = Heartbeat(file)
    for sign in (POLLED, STORED):
        heartbeat.beat(sign, NOW)
    heartbeat.beat(f"{SAMPLED}:nas", NOW - 3000, patience=7200)
    heartbeat.beat(f"{SAMPLED}:db1", NOW)
    heartbeat.write()
    assert judged(file) == ()


def test_after_an_orderly_end_nothing_runs(file: Path) -> None:
    heartbeat = Heartbeat(file)
    heartbeat.write()
    heartbeat.remove()
    heartbeat.remove()
    assert judged(file) == DEAD


def test_what_cannot_be_removed_does_not_end_the_bot(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "full").mkdir()
    Heartbeat(tmp_path / "full").remove()
    assert "can't be removed" in caplog.text


@pytest.mark.parametrize(
    ("polled", "stored", "problems"),
    [
        (NOW - 120, NOW - 60, ()),
        (NOW - 121, NOW, ("Telegram has not answered for 2 min 1 s.",)),
        (NOW, NOW - 61, ("Nothing could be stored for 1 min 1 s.",)),
        (NOW + 30, NOW + 30, ()),
        (NOW + 3600, NOW, ("Telegram has not answered for 1 h.",)),
        (None, NOW, ("Telegram has not answered yet.",)),
        (float("nan"), NOW, ("Telegram has not answered yet.",)),
        (float("inf"), NOW, ("Telegram has not answered yet.",)),
        (10**400, NOW, ("Telegram has not answered yet.",)),
        ("soon", NOW, ("Telegram has not answered yet.",)),
        ([], {}, ("Telegram has not answered yet.", "Nothing could be stored yet.")),
    ],
)
def test_what_is_not_well_is_told(
    polled: object, stored: object, problems: tuple[str, ...], file: Path
) -> None:
    assert judged(written(file, polled=polled, stored=stored)) == problems


def test_before_the_first_poll_it_is_not_well(file: Path) -> None:
    problems = ("Telegram has not answered yet.", "Nothing could be stored yet.")
    assert judged(written(file)) == problems


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b"\xff", b"null"])
def test_garbage_is_no_sign_of_life(body: bytes, file: Path) -> None:
    file.write_bytes(body)
    assert judged(file) == DEAD


def test_a_full_disk_does_not_end_the_bot_and_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    heartbeat = Heartbeat(file)
    heartbeat.beat(POLLED, NOW)
    heartbeat.beat(STORED, NOW)
    heartbeat.write()
    monkeypatch.setattr("bot.heartbeat.json.dump", full)
    heartbeat.beat(STORED, NOW + 100)
    heartbeat.write()
    assert "can't be written" in caplog.text
    assert judged(file, NOW + 100) == ("Nothing could be stored for 1 min 40 s.",)


def test_nothing_is_written_through_a_link_that_somebody_has_planted(file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    elsewhere.write_text("mine")
    file.with_name(f"{file.name}.new").symlink_to(elsewhere)
    heartbeat = Heartbeat(file)
    heartbeat.write()
    assert elsewhere.read_text() == "mine"
    assert not file.is_symlink()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///pierhead.db", "pierhead.db.alive"),
        ("sqlite:////state/a.db?timeout=5", "/state/a.db.alive"),
        ("sqlite+pysqlite:///a.db", "a.db.alive"),
    ],
)
def test_it_stands_beside_the_database(url: str, place: str) -> None:
    assert file_of(url) == Path(place)


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@db/pierhead", "sqlite://", "sqlite:///:memory:"]
)
def test_or_in_the_temporary_folder_without_naming_a_secret(url: str) -> None:
    place = file_of(url)
    assert place == file_of(url)
    assert place != file_of(f"{url}x")
    assert "secret" not in str(place)
    assert place.parent.is_dir()


def test_the_url_is_that_of_the_environment_the_config_or_the_default(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[storage]\nurl = "sqlite:///here.db"\n')
    said = {"PIERHEAD_STORAGE__URL": "sqlite:///there.db"}
    assert url_of(config, said) == "sqlite:///there.db"
    assert url_of(config, {}) == "sqlite:///here.db"
    assert url_of(None, {}) == "sqlite:///pierhead.db"
    assert url_of(tmp_path / "none.toml", {}) == "sqlite:///pierhead.db"


@pytest.mark.parametrize("text", ["[storage]", "storage = 5", "[", "\x00", "", "[telegram]"])
def test_a_config_that_says_nothing_of_it_is_the_default(text: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    assert url_of(config, {}) == "sqlite:///pierhead.db"


def test_health_needs_the_standard_library_alone() -> None:
    code = "import sys, bot.heartbeat; sys.exit(str(set(sys.modules) & {'pydantic', 'telegram'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "set()"
