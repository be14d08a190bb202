"""What the tests of the configuration share: a good token, and a file that is written down."""

from __future__ import annotations

from pathlib import Path

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ENOUGH = {"PIERHEAD_TELEGRAM__TOKEN": TOKEN}


def write(folder: Path, text: str, name: str = "config.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path
