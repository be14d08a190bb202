"""Signs of life, in a file that can be read without importing the bot: that takes seconds.

`beat` is called by what must be alive; `judge` is what `pierhead health` runs, with the standard
library alone. The file stands beside the database, or in the temporary folder where there is none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

POLLED = "polled"  # Telegram answered a poll
STORED = "stored"  # the inbox took what came, and the database answered
_PATIENCE = {POLLED: 120.0, STORED: 60.0}
_VARIABLE = "PIERHEAD_STORAGE__URL"
_DEFAULT = "sqlite:///pierhead.db"


class Heartbeat:
    """Keeps the times, in seconds since the epoch, and writes them out."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._times: dict[str, float] = {}

    def beat(self, what: str, now: float) -> None:
        """Note that something is alive."""
        self._times[what] = now

    def write(self) -> None:
        """Replace the file at once, so that a reader never sees half of it."""
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self._times))
        draft.replace(self._file)

    def remove(self) -> None:
        """An orderly end."""
        self._file.unlink(missing_ok=True)


def file_of(url: str) -> Path:
    """Where the signs of life of a bot with this database are."""
    scheme, mark, path = url.partition(":///")
    if mark and scheme.partition("+")[0] == "sqlite" and path and path != ":memory:":
        return Path(f"{path.partition('?')[0]}.alive")
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"pierhead-{os.getuid()}-{name}.alive"


def url_of(config: Path | None, environ: Mapping[str, str]) -> str:
    """The database's URL, read as plainly as can be: `health` must be quick."""
    if found := environ.get(_VARIABLE):
        return found
    if config is None or not config.is_file():
        return _DEFAULT
    table = tomllib.loads(config.read_text()).get("storage", {})
    return str(table.get("url", _DEFAULT)) if isinstance(table, dict) else _DEFAULT


def judge(file: Path, now: float) -> tuple[str, ...]:
    """What is wrong, in sentences; nothing if all is well."""
    try:
        times = json.loads(file.read_text())
    except (OSError, ValueError):
        return ("Pierhead is not running here, or has not polled yet.",)
    names = {POLLED: "Telegram has not answered", STORED: "Nothing could be stored"}
    return tuple(
        f"{names[what]} for {now - float(times.get(what, 0)):.0f} s."
        for what, patience in _PATIENCE.items()
        if now - float(times.get(what, 0)) > patience
    )
