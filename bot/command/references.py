"""Names that an image can be given: `app`, `app:1.2`, `registry.example:5000/team/app:1.2`.

The grammar is that of distribution's `reference`; a digest is no name that can be given.
"""

from __future__ import annotations

import re
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Code, Untrusted, msg

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_NAME = re.compile(
    rf"(?P<path>(?:{_HOST}/)?{_PART}(?:/{_PART})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?", re.ASCII
)
_LONGEST = 255  # characters of all but the tag
_TAG = 129
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{64}")  # would be taken for an image's id


class _Reference(click.ParamType[Any]):
    """A name for an image, with or without a tag."""

    name = "name"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = str(value)
        found = _NAME.fullmatch(text) if len(text) <= _LONGEST + _TAG else None
        if found is None or len(found["path"]) > _LONGEST or _ID.fullmatch(found["path"]):
            raise BadValue(
                msg("{value} is no name for an image.", value=Untrusted(text)),
                msg("Write {example}.", example=Code("app:1.2 / registry.example:5000/team/app")),
            )
        return text


class _Source(_Reference):
    """A name under which a registry has an image: also by digest, `app@sha256:…`."""

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = str(value)
        name, at, digest = text.partition("@")
        if at and not _DIGEST.fullmatch(digest):
            raise BadValue(
                msg("{value} is no name for an image.", value=Untrusted(text)),
                msg("Write {example}.", example=Code("app@sha256:… / app:1.2")),
            )
        super().convert(name, _param, _ctx)
        return text


REFERENCE = _Reference()
SOURCE = _Source()
