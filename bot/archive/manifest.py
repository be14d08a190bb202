"""The tags that an archive of images would give, read before an Engine does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from bot.archive.bad import BadArchive
from bot.archive.repack import Contents
from bot.hosts.answer import Unexpected, mapping, sequence, string, strings
from bot.message import Code, msg

_MOST, _LONGEST = 100, 400  # each name is looked for on the host
_DOCKER, _OCI, _OLD = "manifest.json", "index.json", "repositories"
MANIFESTS = frozenset({_DOCKER, _OCI, _OLD})
# What containerd, and who writes OCI layouts, keep an image's name under.
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")


def tags_in(contents: Contents) -> tuple[str, ...]:
    """The names that its images have.

    Raises:
        BadArchive: it is no archive of images.
    """
    if not contents.files:
        raise BadArchive(
            msg("It is no archive of images."),
            msg("A file system becomes one with {command}.", command=Code("/image import -")),
        )
    with _believed():
        found = (*_of_docker(contents), *_of_layout(contents), *_of_old(contents))
        names = tuple(dict.fromkeys(found))
    if len(names) > _MOST or any(len(name) > _LONGEST for name in names):
        raise BadArchive(msg("It has more than {most} images.", most=_MOST))
    return names


def layers_in(contents: Contents) -> int:
    """How many layers its images have, 0 where it does not tell.

    Raises:
        BadArchive: it tells in a way that nobody understands.
    """
    with _believed():
        images = map(mapping, sequence(_json(contents, _DOCKER, _folded)))
        return len({layer for image in images for layer in strings(image, "layers")})


@contextmanager
def _believed() -> Iterator[None]:
    try:
        yield
    except (Unexpected, ValueError, RecursionError) as error:
        raise BadArchive(msg("The archive is not what it says it is.")) from error


def _of_docker(contents: Contents) -> Iterator[str]:
    for image in sequence(_json(contents, _DOCKER, _folded)):
        yield from strings(mapping(image), "repotags")


def _of_layout(contents: Contents) -> Iterator[str]:
    index = mapping(_json(contents, _OCI, _folded))
    for manifest in sequence(index.get("manifests")):
        notes: Mapping[str, object] = mapping(mapping(manifest).get("annotations"))
        yield from filter(None, (string(notes, name) for name in _NAMES))


def _of_old(contents: Contents) -> Iterator[str]:
    """What Docker before 1.10 has written, and an Engine still reads where it is alone."""
    for name, tags in mapping(_json(contents, _OLD, _once)).items():
        yield from (f"{name}:{tag}" for tag in mapping(tags))


Pairs = list[tuple[str, object]]


def _json(contents: Contents, name: str, hook: Callable[[Pairs], object]) -> object:
    content = contents.files.get(name)
    return None if content is None else json.loads(content, object_pairs_hook=hook)


def _folded(pairs: Pairs) -> dict[str, object]:
    """An object by its keys in small letters: an Engine, in Go, takes `repotags` for `RepoTags`.

    Raises:
        ValueError: one comes twice, and readers differ in which they take.
    """
    return _once([(key.casefold(), value) for key, value in pairs])


def _once(pairs: Pairs) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
