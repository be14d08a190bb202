"""Images, as they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.message import Untrusted


@dataclass(frozen=True, slots=True)
class Image:
    """A row of `GET /images/json`. `size` in bytes, layers that others share included.

    `digests` are as in "app@sha256:…"; `parent` is the id of the image that it is built on, ""
    where that is not told. `shared`, in bytes, and `users`, which counts containers, are None where
    the Engine was not asked.
    """

    id: str
    tags: tuple[Untrusted, ...]
    size: int
    created: float
    labels: Mapping[str, str] = field(hash=False)
    digests: tuple[Untrusted, ...] = ()
    parent: str = ""
    shared: int | None = None
    users: int | None = None

    @property
    def dangling(self) -> bool:
        """Whether it has no tag."""
        return not self.tags
