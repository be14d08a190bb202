"""`--volume` and `--tmpfs`: what is mounted, and whether it is of the host.

`-v` is told apart as docker/cli does it: what begins with a slash, a dot or a tilde is a path, and
else it is the name of a volume.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.command.kinds import BadValue
from bot.message import Code, Untrusted, msg
from handlers.container.run.reading import Reading, whole_path

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_DRIVE = re.compile(r"[a-zA-Z]:[\\/]|\\\\")
_EXAMPLE = "data:/inside / /path:/inside:ro"


@dataclass(frozen=True, slots=True)
class Volume:
    """One `-v`. Without `source` it is a volume without a name, which goes with the container."""

    source: str
    target: str
    options: str = ""

    @property
    def bind(self) -> str:
        """As the Engine takes it."""
        return ":".join(part for part in (self.source, self.target, self.options) if part)


def volume(text: str) -> Volume:
    """One `-v`: `name:/inside`, `/path:/inside:ro`, or `/inside`.

    Raises:
        ValueError: if it can't be read.
        BadValue: if it is a path that is not whole, or no name for a volume.
    """
    if _DRIVE.match(text):
        raise BadValue(msg("A path of Windows can't be mounted here: {path}", path=Untrusted(text)))
    parts = text.split(":")
    if not all(parts):
        raise ValueError(text)
    match parts:
        case [target]:
            return Volume("", _inside(target))
        case [source, target]:
            return Volume(_source(source), _inside(target))
        case [source, target, options]:
            return Volume(_source(source), _inside(target), options)
        case _:
            raise ValueError(text)


def _source(text: str) -> str:
    if whole_path(text).startswith("/"):
        return text
    if not _NAME.fullmatch(text):
        raise BadValue(
            msg("{value} is neither a path nor the name of a volume.", value=Untrusted(text)),
            msg("Write {example}.", example=Code(_EXAMPLE)),
        )
    return text


def _inside(text: str) -> str:
    if not text.startswith("/"):
        raise BadValue(
            msg("{path} is no whole path inside the container.", path=Untrusted(text)),
            msg("Write {example}.", example=Code(_EXAMPLE)),
        )
    return text


def tmpfs(text: str) -> tuple[str, str]:
    """One `--tmpfs`: where, and the options of the mount.

    Raises:
        BadValue: if it is no path.
    """
    target, _, options = text.partition(":")
    return _inside(target), options


VOLUME = Reading("volume", volume, _EXAMPLE)
TMPFS = Reading("path", tmpfs, "/inside / /inside:size=64m")
