"""Which API version is spoken with an Engine.

The SDK would adopt the Engine's newest, and newer ones drop fields that are read here (1.52 drops
`status` from events). So: the Engine's newest, at most the newest that was tested, and at least the
Engine's oldest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.hosts.answer import Unexpected, mapping, sequence, string

TESTED = "1.45"
# What the SDK accepts at least, and what Engines before 20.10 do not say.
OLDEST = "1.24"
_VERSION = re.compile(r"(\d{1,2})\.(\d{1,3})")


def is_podman(raw: Mapping[str, object]) -> bool:
    """Whether it is Podman that speaks Docker's API, from the answer to `GET /version`."""
    components = map(mapping, sequence(raw.get("Components")))
    return any(string(one, "Name") == "Podman Engine" for one in components)


def parts(version: str) -> tuple[int, int]:
    """A version as numbers, to compare: "1.45" is (1, 45).

    Raises:
        Unexpected: if it is no version.
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        raise Unexpected("API version")
    return int(found[1]), int(found[2])


def clamp(raw: Mapping[str, object]) -> str:
    """The version to speak, from the answer to `GET /version`."""
    newest = min(string(raw, "ApiVersion"), TESTED, key=parts)
    chosen = max(newest, string(raw, "MinAPIVersion") or OLDEST, key=parts)
    if parts(chosen) < parts(OLDEST):
        raise Unexpected("API version")
    return chosen
