"""What the config says of who watches the watcher: addresses that are secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from tests.config.conftest import ENOUGH, write
from tests.config.test_problems import in_file

URL = "https://monitor.example/s3cr3t-k3y"


def test_a_heartbeat_is_a_secret_wherever_it_is(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{URL}\n")
    for text in (f'heartbeat_url = "{URL}"', f'heartbeat_url_file = "{file}"'):
        settings = load(write(tmp_path, f"[watch]\n{text}"), ENOUGH)
        assert settings.watch.heartbeat == URL
        assert URL in settings.secrets()
        assert "s3cr3t" not in repr(settings)


@pytest.mark.parametrize("value", ["ftp://s3cr3t", "s3cr3t", "http://", "http://s3cr3t:x/", "a b"])
def test_what_is_no_address_is_refused_and_not_told(tmp_path: Path, value: str) -> None:
    ((key, line, said),) = in_file(tmp_path, f'[watch]\nheartbeat_url = "{value}"')
    assert (key, line) == ("watch.heartbeat_url", "2")
    assert said == "It must be https:// and a host, and what stands behind it."


def test_one_place_is_enough(tmp_path: Path) -> None:
    text = f'[watch]\nheartbeat_url = "{URL}"\nheartbeat_url_file = "/nowhere"'
    ((key, line, said),) = in_file(tmp_path, text)
    assert (key, line) == ("watch.heartbeat_url_file", "3")
    assert said == "Both heartbeat_url and heartbeat_url_file: one must go."


def test_other_channels_are_secrets_wherever_they_are(tmp_path: Path) -> None:
    urls = ("ntfy://host/s3cr3t-k3y", "mailto://me:s3cr3t@example.org")
    file = tmp_path / "urls"
    file.write_text("\n".join(urls))
    for text in (f'second = ["{urls[0]}", "{urls[1]}"]', f'second_file = "{file}"'):
        settings = load(write(tmp_path, f"[watch]\n{text}"), ENOUGH)
        assert settings.watch.channels == urls
        assert set(urls) <= set(settings.secrets())
        assert "s3cr3t" not in repr(settings)


def test_what_is_no_channel_is_refused_and_not_told(tmp_path: Path) -> None:
    ((key, line, said),) = in_file(tmp_path, '[watch]\nsecond = ["s3cr3t"]')
    assert (key, line) == ("watch.second", "2")
    assert said == "It must be an address of Apprise: ntfy://, mailto:// and so on."
