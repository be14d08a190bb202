"""Turns what an Engine knows about one image, and how it was made, into frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from bot.hosts.answer import (
    identity,
    integer,
    mapping,
    moment,
    sequence,
    string,
    strings,
    untrusted,
)
from bot.hosts.details import whole
from bot.message import Untrusted


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """`GET /images/{name}/json`: what one most often looks for, and all of it as JSON (`whole`).

    `created` is in seconds since the epoch, None where that is not told; `command` is what a
    container of it runs, word for word; `ports` are as in "80/tcp"; `triggers` are what a builder
    does for who builds on it.
    """

    id: str
    tags: tuple[Untrusted, ...]
    digests: tuple[Untrusted, ...]
    size: int
    created: float | None
    platform: Untrusted
    layers: int
    command: tuple[str, ...]
    user: Untrusted
    ports: tuple[Untrusted, ...]
    volumes: tuple[Untrusted, ...]
    triggers: tuple[str, ...]
    whole: bytes


@dataclass(frozen=True, slots=True)
class Layer:
    """A step of `GET /images/{name}/history`. `id` is "<missing>" where it was made elsewhere.

    `created` is in seconds since the epoch, `size` in bytes.
    """

    id: Untrusted
    created: float
    created_by: Untrusted
    size: int
    comment: Untrusted


def image_details(value: object) -> ImageDetails:
    """The answer to `GET /images/{name}/json`."""
    raw = mapping(value)
    config = mapping(raw.get("Config"))
    parts = (string(raw, key) for key in ("Os", "Architecture", "Variant"))
    return ImageDetails(
        id=identity(raw),
        tags=tuple(map(Untrusted, strings(raw, "RepoTags"))),
        digests=tuple(map(Untrusted, strings(raw, "RepoDigests"))),
        size=integer(raw, "Size"),
        created=moment(raw, "Created"),
        platform=Untrusted("/".join(filter(None, parts))),
        layers=len(sequence(mapping(raw.get("RootFS")).get("Layers"))),
        command=(*strings(config, "Entrypoint"), *strings(config, "Cmd")),
        user=untrusted(config, "User"),
        ports=tuple(map(Untrusted, mapping(config.get("ExposedPorts")))),
        volumes=tuple(map(Untrusted, mapping(config.get("Volumes")))),
        triggers=strings(config, "OnBuild"),
        whole=whole(raw),
    )


def history(value: object) -> tuple[Layer, ...]:
    """The answer to `GET /images/{name}/history`, the newest step first."""
    return tuple(_layer(row) for row in sequence(value))


def _layer(value: object) -> Layer:
    raw = mapping(value)
    return Layer(
        id=untrusted(raw, "Id"),
        created=moment(raw, "Created") or 0.0,
        created_by=untrusted(raw, "CreatedBy"),
        size=integer(raw, "Size"),
        comment=untrusted(raw, "Comment"),
    )
