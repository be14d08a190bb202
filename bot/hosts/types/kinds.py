"""What commands are about: the kinds of things on an Engine, and one of them, found by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from bot.message import Untrusted


class Kind(Enum):
    """What a target is."""

    CONTAINER = "container"
    IMAGE = "image"
    VOLUME = "volume"
    NETWORK = "network"
    STACK = "stack"  # a compose project; its id is its name
    BUILD_CACHE = "build cache"
    PATH = "path"  # in a container; its id is that of the container, a colon, and the path


@dataclass(frozen=True, slots=True)
class Target:
    """One thing on one Engine, found by name. `state` tells whether it changed since."""

    kind: Kind
    host: str
    id: str
    name: Untrusted
    state: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
