"""What of a container's settings was asked for, and what its image brought along.

`GET /containers/{id}/json` shows both as one. With the image's own taken out again, what is made of
a newer image gets that one's. (How they are joined: moby's `runconfig`, `merge`.) What was asked
for and is the same as in the image can't be told from it: then the image's counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.hosts.answer import mapping, strings

_REPLACED = ("User", "WorkingDir", "StopSignal", "StopTimeout", "Shell", "OnBuild", "ArgsEscaped")
_JOINED = ("Labels", "ExposedPorts", "Volumes")


def asked(config: Mapping[str, object], image: Mapping[str, object]) -> dict[str, Any]:
    """The settings (`Config`) of a container without those of its image's `Config`."""
    found: dict[str, Any] = dict(config)
    for key in _REPLACED:
        if found.get(key) == image.get(key):
            found.pop(key, None)
    for key in _JOINED:
        found[key] = _less(config, image, key)
    brought = frozenset(strings(image, "Env"))
    found["Env"] = [entry for entry in strings(config, "Env") if entry not in brought]
    _program(found, config, image)
    _health(found, config, image)
    return found


def _less(config: Mapping[str, object], image: Mapping[str, object], key: str) -> dict[str, object]:
    """The entries that are not the image's, word for word."""
    brought = mapping(image.get(key))
    return {
        name: value
        for name, value in mapping(config.get(key)).items()
        if name not in brought or brought[name] != value
    }


def _program(
    found: dict[str, Any], config: Mapping[str, object], image: Mapping[str, object]
) -> None:
    """The image's command goes with its entrypoint alone; "" asks for none of either."""
    words, entrypoint = strings(config, "Cmd"), strings(config, "Entrypoint")
    emptied = not words and strings(image, "Cmd")
    if entrypoint != strings(image, "Entrypoint") or emptied:
        found["Entrypoint"] = list(entrypoint) or [""]
        return
    found.pop("Entrypoint", None)
    if words == strings(image, "Cmd"):
        found.pop("Cmd", None)


def _health(
    found: dict[str, Any], config: Mapping[str, object], image: Mapping[str, object]
) -> None:
    """Of a health check each field is joined by itself."""
    brought = mapping(image.get("Healthcheck"))
    own = {
        key: value
        for key, value in mapping(config.get("Healthcheck")).items()
        if brought.get(key) != value
    }
    if own:
        found["Healthcheck"] = own
    else:
        found.pop("Healthcheck", None)
