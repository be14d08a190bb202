"""Signs of life, in a file that can be read without importing the bot: that takes seconds.

`beat` is called by what must be alive; `judge` is what `pierhead health` runs, with next to nothing
imported. The file stands beside the database, or in the temporary folder where there is none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.message import Message, Span, msg

log = logging.getLogger(__name__)

POLLED = "polled"  # Telegram answered a poll
STORED = "stored"  # the inbox took what came, and the database answered
SCHEDULED = "scheduled"  # it was looked whether a schedule is due
WATCHED = "watched"  # it was looked whether an alert fires
SAMPLED = "sampled"  # it was tried to read what containers use; of each host: `sampled:nas`
_ALWAYS = {POLLED: 120.0, STORED: 60.0}
PATIENCE = 120.0  # seconds, of what is expected besides
_NEVER: Mapping[str, Message] = {
    POLLED: msg("Telegram has not answered yet."),
    STORED: msg("Nothing could be stored yet."),
}
_LONG_AGO = {
    POLLED: msg("Telegram has not answered for {span}."),
    STORED: msg("Nothing could be stored for {span}."),
    SCHEDULED: msg("Schedules were not looked at for {span}."),
    WATCHED: msg("Alerts were not looked at for {span}."),
    SAMPLED: msg("What containers use was not read for {span}."),
}
_VARIABLE = "PIERHEAD_STORAGE__URL"
_DEFAULT = "sqlite:///pierhead.db"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Heartbeat:
    """Keeps the times, in seconds since the epoch, and writes them out."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._times: dict[str, object] = {}

    def beat(self, what: str, now: float, patience: float = PATIENCE) -> None:
        """Note that something is alive; from now on it is expected every `patience` seconds."""
        self._times[what] = now if what in _ALWAYS else [now, patience]

    def well(self, now: float) -> bool:
        """Whether all that must be alive is."""
        return not _wrong(self._times, now)

    def write(self) -> None:
        """Replace the file at once, so that a reader never sees half of it.

        Where it can't be written, the disk being full, it grows old, and that tells enough.
        """
        draft = self._file.with_name(f"{self._file.name}.new")
        try:
            draft.unlink(missing_ok=True)  # the temporary folder is everybody's
            with os.fdopen(os.open(draft, _NEW, 0o600), "w") as out:
                json.dump(self._times, out)
            draft.replace(self._file)
        except OSError as error:
            log.warning("the signs of life can't be written: %s", error)

    def remove(self) -> None:
        """Nothing lives yet, or nothing any more."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the signs of life can't be removed: %s", error)


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
    try:
        table = tomllib.loads(config.read_text()).get("storage") if config else None
    except (OSError, ValueError):  # a bot with this config does not run: nothing will be found
        table = None
    return str(table.get("url", _DEFAULT)) if isinstance(table, dict) else _DEFAULT


def judge(file: Path, now: float) -> tuple[Message, ...]:
    """What is wrong, in sentences; nothing if all is well."""
    try:
        times = json.loads(file.read_text())
    except (OSError, ValueError):
        times = None
    if not isinstance(times, dict):
        return (msg("Pierhead is not running here, or has not polled yet."),)
    return _wrong(times, now)


def _wrong(times: Mapping[str, object], now: float) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(filter(None, (_said(*sign, now) for sign in _signs(times)))))


def _signs(times: Mapping[str, object]) -> Iterator[tuple[str, object, float]]:
    """What must be alive, when it was, and how long ago that may be."""
    for what, patience in _ALWAYS.items():
        yield what, times.get(what), patience
    for name, value in times.items():
        what = name.partition(":")[0]
        match value:
            case [at, int(patience) | float(patience)] if what in _LONG_AGO:
                yield what, at, patience


def _said(what: str, at: object, patience: float, now: float) -> Message | None:
    age = _age(at, now)
    if age is None:
        return _NEVER.get(what, _LONG_AGO[what].having(span=Span(patience)))
    return _LONG_AGO[what].having(span=Span(age)) if age > patience else None


def _age(time: Any, now: float) -> float | None:  # noqa: ANN401 - whatever JSON holds
    """For how long there was no sign, one of the future being none; None if there never was."""
    try:
        age = abs(now - float(time))
    except (TypeError, ValueError, OverflowError):
        return None
    return age if math.isfinite(age) else None
