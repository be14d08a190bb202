"""Turns what was changed in a container's files into frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.hosts.answer import Unexpected, mapping, optional, sequence, untrusted
from bot.message import Untrusted


class Deed(Enum):
    """What became of a file or folder; the value is Docker's letter."""

    ADDED = "A"
    CHANGED = "C"
    DELETED = "D"


# The Engine's numbers for them (moby `container.ChangeType`).
_KINDS = {0: Deed.CHANGED, 1: Deed.ADDED, 2: Deed.DELETED}


@dataclass(frozen=True, slots=True)
class Change:
    """One file or folder that is not as in the image."""

    deed: Deed
    path: Untrusted


def changes(value: object) -> tuple[Change, ...]:
    """The answer to `GET /containers/{id}/changes`, by path."""
    return tuple(map(_change, sequence(value)))


def _change(value: object) -> Change:
    raw = mapping(value)
    deed = _KINDS.get(optional(raw, "Kind") or 0)
    if deed is None:
        raise Unexpected("Kind")
    return Change(deed, untrusted(raw, "Path"))
