"""Names of images: which of them mean the same, as Docker completes them.

`nginx` is `docker.io/library/nginx:latest`. What stands before the first slash is a registry if it
looks like a host (distribution's `reference`).
"""

from __future__ import annotations

_HUB, _OFFICIAL, _LATEST = "docker.io", "library", "latest"
_OLD_HUB = "index.docker.io"


def full(name: str) -> str:
    """A name with registry, folder and tag, whichever of them it leaves out.

    A digest stays, and then there is no tag to add.
    """
    path, at, digest = name.partition("@")
    first, slash, rest = path.partition("/")
    if not slash or not (
        "." in first or ":" in first or first == "localhost" or first != first.lower()
    ):
        first, rest = _HUB, path
    if first == _OLD_HUB:
        first = _HUB
    if first == _HUB and "/" not in rest:
        rest = f"{_OFFICIAL}/{rest}"
    tagged = ":" in rest.rpartition("/")[2]
    tag = "" if tagged or at else f":{_LATEST}"
    return f"{first}/{rest}{tag}{at}{digest}"


def registry_of(name: str) -> str:
    """The host of the registry that an image of this name comes from."""
    return full(name).partition("/")[0]


def repository(name: str) -> str:
    """A name in full, without its tag or digest."""
    return parts(full(name))[0]


def parts(name: str) -> tuple[str, str]:
    """A name, and its tag or digest as the API takes it apart; "" where it has neither."""
    path, at, digest = name.partition("@")
    head, slash, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    return head + slash + last, digest if at else tag


def split(name: str) -> tuple[str, str]:
    """A name without a digest as its repository and its tag, `latest` if it has none."""
    path, tag = parts(name)
    return path, tag or _LATEST


def same_tag(one: str, other: str) -> bool:
    """Whether both names mean the same tag; a digest names one image for ever, and is none."""
    return "@" not in one and "@" not in other and full(one) == full(other)
