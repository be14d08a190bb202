"""What an Engine tells while it works: a JSON object a line, of a pull, push, build or load."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

import aiohttp

from bot.hosts.answer import Refused, Unexpected, integer, mapping, string

_LONGEST = 1024 * 1024  # bytes of one object; a step of a build may print long lines
_FAILED = 500


async def messages(response: aiohttp.ClientResponse) -> AsyncIterator[Mapping[str, object]]:
    """The objects as they come.

    Raises:
        Refused: the work failed, with the Engine's words for it (`errorDetail`).
        Unexpected: it is something else that comes.
    """
    room = bytearray()
    async for piece in response.content.iter_any():
        room += piece
        *lines, rest = room.split(b"\n")
        for line in lines:
            if told := _object(bytes(line)):
                yield told
        room = rest
        if len(room) > _LONGEST:
            raise Unexpected("too long")
    if told := _object(bytes(room)):
        yield told


def _object(line: bytes) -> Mapping[str, object]:
    if not line.strip():
        return {}
    try:
        told = mapping(json.loads(line))
    except ValueError as error:
        raise Unexpected("JSON") from error
    if told.get("error") is not None or told.get("errorDetail") is not None:
        detail = mapping(told.get("errorDetail"))
        why = string(told, "error") or string(detail, "message")
        raise Refused(integer(detail, "code") or _FAILED, why)
    return told
