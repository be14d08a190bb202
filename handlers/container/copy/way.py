"""Which way a copy goes, by its words and by whether a document came with them."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UsageError
from bot.message import Code, Message, Untrusted, msg

_CHAT = "-"


@dataclass(frozen=True, slots=True)
class Way:
    """A path in a container, from the root, and whether something goes in there.

    `folder`: it was typed with a slash at its end. `unpacked`: an archive, as with `cp -`.
    """

    path: str
    inward: bool
    folder: bool = False
    unpacked: bool = False


def way(paths: Sequence[str], *, attached: bool) -> Way:
    """From `web:/path -`, `- web:/path`, or the path alone: then a document goes in.

    Raises:
        UsageError: it is none of these.
    """
    match tuple(paths):
        case (inside,) if _is_inside(inside):
            return _way(inside, inward=attached)
        case (inside, other) if _is_inside(inside) and other == _CHAT:
            return _way(inside, inward=False)
        case (other, inside) if _is_inside(inside) and other == _CHAT:
            return _way(inside, inward=True, unpacked=True)
        case (one, other) if _is_inside(one) and _is_inside(other):
            raise UsageError(
                msg("Docker copies nothing from container to container."),
                msg("Take it out first, then send it in."),
            )
        case (one, other) if _is_inside(one) or _is_inside(other):
            mine = other if _is_inside(one) else one
            raise UsageError(
                msg("I have no file {name}: - stands for this chat.", name=Untrusted(mine[:80])),
                *_examples(),
            )
        case _:
            raise UsageError(msg("What is to be copied?"), *_examples())


def _is_inside(word: str) -> bool:
    name, colon, path = word.partition(":")
    return bool(name and colon and path) and not word.startswith((".", "/"))


def _way(word: str, *, inward: bool, unpacked: bool = False) -> Way:
    path = word.partition(":")[2]
    whole = posixpath.normpath("/" + path).replace("//", "/")
    return Way(whole, inward, path.endswith(("/", "/.")), unpacked)


def _examples() -> tuple[Message, ...]:
    out, inward = Code("/cp web:/etc/hosts -"), Code("/cp - web:/srv")
    return (
        msg("Out: {out}", out=out),
        msg("In: a document with the caption {caption}", caption=inward),
    )
