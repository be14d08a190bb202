"""Volumes, as they are listed and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.message import Untrusted


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume. `size` in bytes, and `users`, are None where the Engine was not asked.

    `path` is where it is on the host. `created` is when, in seconds since the epoch, 0 where that
    is not told.
    """

    name: Untrusted
    driver: Untrusted
    created: float
    size: int | None
    users: int | None
    anonymous: bool
    scope: Untrusted
    path: Untrusted
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class VolumeDetails:
    """`GET /volumes/{name}`: what one looks for, and all of it as JSON (`whole`).

    `options` are those of its driver.
    """

    volume: Volume
    options: Mapping[str, str] = field(hash=False)
    whole: bytes
