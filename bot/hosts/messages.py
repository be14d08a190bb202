"""What an Engine tells while it works: a JSON object a line, of a pull, push, build or load."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import aiohttp

from bot.errors import DockerFault
from bot.hosts.answer import Unexpected, integer, mapping, string
from bot.hosts.faults import full_disk
from bot.message import Untrusted, msg

_LONGEST = 1024 * 1024  # bytes of one object; a step of a build may print long lines
_WHY = 500  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """One message. `layer` is what it is about, "" for all; `current` and `total` are bytes of it.

    `status` is a word for what goes on, `text` a piece of what a step of a build prints, `aux` what
    came of it.
    """

    layer: str = ""
    status: str = ""
    current: int = 0
    total: int = 0
    text: str = ""
    aux: Mapping[str, object] = field(default_factory=dict)


class Failed(DockerFault):
    """The Engine told that the work failed, and why: it has ended, and is not unknown.

    `code` is what a program that was run returned, if that was it.
    """

    def __init__(self, host: str, why: str, code: int) -> None:
        told = msg("Docker on {host}: {why}", host=Untrusted(host), why=Untrusted(why))
        super().__init__(told, *full_disk(host, why))
        self.why = why
        self.code = code


async def messages(response: aiohttp.ClientResponse, host: str) -> AsyncIterator[Told]:
    """The objects as they come.

    Raises:
        Failed: the work did.
        Unexpected: it is something else that comes.
    """
    room = bytearray()
    async for piece in response.content.iter_any():
        room += piece
        *lines, rest = room.split(b"\n")
        for line in lines:
            if told := _told(bytes(line), host):
                yield told
        room = rest
        if len(room) > _LONGEST:
            raise Unexpected("too long")
    if told := _told(bytes(room), host):
        yield told


def _told(line: bytes, host: str) -> Told | None:
    if not line.strip():
        return None
    try:
        told = mapping(json.loads(line))
    except ValueError as error:
        raise Unexpected("JSON") from error
    if told.get("error") is not None or told.get("errorDetail") is not None:
        detail = mapping(told.get("errorDetail"))
        why = string(told, "error") or string(detail, "message")
        raise Failed(host, why.strip()[:_WHY], integer(detail, "code"))
    detail, aux = mapping(told.get("progressDetail")), told.get("aux")
    return Told(
        layer=string(told, "id"),
        status=string(told, "status"),
        current=integer(detail, "current"),
        total=integer(detail, "total"),
        text=string(told, "stream"),
        aux=mapping(aux) if isinstance(aux, dict) else {},
    )
